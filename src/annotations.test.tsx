import type { AnnotationQuery } from '@grafana/data';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { annotations } from './annotations';
import { AnnotationQueryEditor } from './components/AnnotationQueryEditor';
import { makeDataSource, fakeVariables } from './test/grafana';
import type { HeartlineQuery } from './types';

const annotation = (target?: Partial<HeartlineQuery>): AnnotationQuery<HeartlineQuery> => ({
  name: 'Alarms',
  enable: true,
  iconColor: 'red',
  ...(target && { target: { refId: 'Anno', ...target } }),
});

const alarms = { refId: 'Anno', queryType: 'alarms', format: 'annotations' } as const;

describe('an annotation', () => {
  it.each<[string, Partial<HeartlineQuery> | undefined, Partial<HeartlineQuery>]>([
    ['without a query', undefined, alarms],
    ['with an empty query', {}, alarms],
    [
      'that asked for something else',
      { queryType: 'logs', levels: ['Error'], text: 'disk' },
      { ...alarms, text: 'disk' },
    ],
  ])('%s shows alarms', (_, target, query) => {
    const stored = annotation(target);
    expect(annotations.prepareAnnotation?.(stored)).toEqual({ ...stored, target: query });
    expect(annotations.prepareQuery?.(stored)).toEqual(query);
  });

  it('that is well stays itself', () => {
    const stored = annotation({ ...alarms, directions: ['LSF'] });
    expect(annotations.prepareAnnotation?.(stored)).toBe(stored);
  });
});

it('is edited by the filters of alarms', async () => {
  fakeVariables({});
  const onChange = jest.fn();
  const props = { datasource: makeDataSource(), onChange, onRunQuery: jest.fn() };
  render(<AnnotationQueryEditor query={{ refId: 'Anno' }} {...props} />);
  expect(screen.getByRole('combobox', { name: 'Send results' })).toBeInTheDocument();
  expect(screen.queryByRole('radiogroup', { name: 'Query type' })).not.toBeInTheDocument();
  await userEvent.type(screen.getByRole('textbox', { name: 'Text' }), 'x');
  expect(onChange).toHaveBeenLastCalledWith({ ...alarms, text: 'x' });
});
