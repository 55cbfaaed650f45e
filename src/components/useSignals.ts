import { isFetchError } from '@grafana/runtime';
import { useEffect, useState } from 'react';

import type { HeartlineDataSource } from '../datasource';
import type { SignalChoice } from '../resources';

interface Signals {
  choices: SignalChoice[];
  /** Why they could not be listed. */
  problem?: string;
}

const messageOf = (error: unknown): string => {
  const text = isFetchError(error) ? error.data?.message : error instanceof Error && error.message;
  return `The signals cannot be listed${text ? `: ${text}` : ''}`;
};

/** The signals that the services can give, or all services where none is named. */
export function useSignals(datasource: HeartlineDataSource, services: string[] = []): Signals {
  const [signals, setSignals] = useState<Signals>({ choices: [] });
  // Grafana may hand over a copy of the query at every change: the names count, not the list.
  const names = JSON.stringify(services);
  useEffect(() => {
    let isCurrent = true;
    const show = (found: Signals) => isCurrent && setSignals(found);
    datasource.listSignals(JSON.parse(names)).then(
      (choices) => show({ choices }),
      (error) => show({ choices: [], problem: messageOf(error) })
    );
    return () => {
      isCurrent = false;
    };
  }, [datasource, names]);
  return signals;
}
