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
const gaps = { refId: 'Anno', queryType: 'heartbeats', format: 'annotations' } as const;

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

  it.each([alarms, gaps])('that is well stays itself: %j', (target) => {
    const stored = annotation({ ...target, directions: ['LSF'] });
    expect(annotations.prepareAnnotation?.(stored)).toBe(stored);
  });

  it('of heartbeats shows their gaps', () => {
    const stored = annotation({ queryType: 'heartbeats', format: 'count', groupBy: ['host'], monitors: ['lmstat'] });
    expect(annotations.prepareQuery?.(stored)).toEqual({ ...gaps, monitors: ['lmstat'] });
  });
});

describe('its editor', () => {
  const edit = (query: Partial<HeartlineQuery>) => {
    fakeVariables({});
    const onChange = jest.fn();
    const onRunQuery = jest.fn();
    const props = { datasource: makeDataSource(), onChange, onRunQuery };
    render(<AnnotationQueryEditor query={{ refId: 'Anno', ...query }} {...props} />);
    return { onChange, onRunQuery };
  };

  it('has the filters of alarms', async () => {
    const { onChange } = edit({});
    expect(screen.getByRole('combobox', { name: 'Send results' })).toBeInTheDocument();
    expect(screen.queryByRole('radiogroup', { name: 'Query type' })).not.toBeInTheDocument();
    await userEvent.type(screen.getByRole('textbox', { name: 'Text' }), 'x');
    expect(onChange).toHaveBeenLastCalledWith({ ...alarms, text: 'x' });
  });

  it('offers the gaps of heartbeats, of the same monitors', async () => {
    const { onChange, onRunQuery } = edit({ ...alarms, directions: ['LSF'], sendResults: ['FAILED'] });
    await userEvent.click(screen.getByRole('radio', { name: 'Heartbeat gaps' }));
    expect(onChange).toHaveBeenLastCalledWith({ ...gaps, directions: ['LSF'] });
    expect(onRunQuery).toHaveBeenCalledTimes(1);
  });

  it('has the filters of heartbeats', () => {
    edit(gaps);
    expect(screen.getByRole('radio', { name: 'Heartbeat gaps' })).toBeChecked();
    expect(screen.getByRole('combobox', { name: 'Statuses' })).toHaveAttribute('placeholder', 'late and down');
    expect(screen.queryByRole('combobox', { name: 'Send results' })).not.toBeInTheDocument();
  });
});
