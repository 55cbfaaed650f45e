import { logs } from '../test/grafana';

import { modifyQuery, queryHasFilter, toggleQueryFilter } from './filters';

const error = { key: 'level', value: 'Error' };
const isError = { key: 'level', operator: '=', value: 'Error' } as const;
const notError = { key: 'level', operator: '!=', value: 'Error' } as const;

describe('filters of log lines', () => {
  it('are switched on and off', () => {
    const on = toggleQueryFilter(logs(), { type: 'FILTER_FOR', options: error });
    expect(on.filters).toEqual([isError]);
    expect(queryHasFilter(on, error)).toBe(true);
    const off = toggleQueryFilter(on, { type: 'FILTER_FOR', options: error });
    expect(off).toEqual(logs());
    expect(queryHasFilter(off, error)).toBe(false);
  });

  it('replace their opposite', () => {
    const out = toggleQueryFilter(logs({ filters: [isError] }), { type: 'FILTER_OUT', options: error });
    expect(out.filters).toEqual([notError]);
    expect(queryHasFilter(out, error)).toBe(false);
  });

  it('leave other filters alone', () => {
    const host = { key: 'host', operator: '=', value: 'n1' } as const;
    const out = toggleQueryFilter(logs({ filters: [host] }), { type: 'FILTER_FOR', options: error });
    expect(out.filters).toEqual([host, isError]);
  });

  it('know only what the back end can filter by', () => {
    expect(toggleQueryFilter(logs(), { type: 'FILTER_FOR', options: { key: 'user', value: 'root' } })).toEqual(logs());
  });
});

describe('modifyQuery', () => {
  it('adds a filter once', () => {
    const once = modifyQuery(logs(), { type: 'ADD_FILTER', options: error });
    expect(once.filters).toEqual([isError]);
    expect(modifyQuery(once, { type: 'ADD_FILTER', options: error })).toEqual(once);
  });

  it('excludes a value once', () => {
    const once = modifyQuery(logs(), { type: 'ADD_FILTER_OUT', options: error });
    expect(once.filters).toEqual([notError]);
    expect(modifyQuery(once, { type: 'ADD_FILTER_OUT', options: error })).toEqual(once);
  });

  it('searches for a piece of text', () => {
    const found = modifyQuery(logs(), { type: 'ADD_STRING_FILTER', options: { value: 'disk (full)' } });
    expect(found.text).toBe('disk (full)');
  });

  it('leaves the query alone otherwise', () => {
    expect(modifyQuery(logs(), { type: 'ADD_STRING_FILTER_OUT', options: { value: 'x' } })).toEqual(logs());
  });
});
