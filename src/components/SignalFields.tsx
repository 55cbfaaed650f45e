import {
  Box,
  type ComboboxOption,
  IconButton,
  MultiCombobox,
  RadioButtonGroup,
  Stack,
  Text,
  Toggletip,
} from '@grafana/ui';
import React, { useMemo } from 'react';

import type { HeartlineDataSource } from '../datasource';
import type { Signal, SplitBy, Stat } from '../query.gen';
import { hasField, typeOf } from '../query/model';
import { splitLabels } from '../query/shapes';
import type { SignalChoice } from '../resources';

import { Labelled } from './Labelled';
import type { FieldsProps } from './props';
import { useSignals } from './useSignals';

interface Props extends FieldsProps {
  datasource: HeartlineDataSource;
}

const defaultSignal: Signal = 'qps';

/** Why the signal cannot be asked for. */
function obstacleOf({ unavailable, live }: SignalChoice, isLive: boolean): string | undefined {
  const reason = unavailable ?? (isLive && !live ? 'it cannot be streamed' : undefined);
  return reason && `Not available: ${reason}`;
}

const optionOf = (choice: SignalChoice, isLive: boolean): ComboboxOption<Signal> => {
  const { signal, label, unit, description } = choice;
  const obstacle = obstacleOf(choice, isLive);
  return obstacle === undefined
    ? { value: signal, label, description: `${description} (${unit})` }
    : { value: signal, label, description: obstacle, infoOption: true };
};

/** The signal, and what is made of its values. What the services cannot give is greyed out and says why. */
export function SignalFields(props: Props) {
  const { query, apply, datasource } = props;
  const isLive = typeOf(query) === 'live';
  const { choices, problem } = useSignals(datasource, query.services);
  const options = useMemo(() => choices.map((choice) => optionOf(choice, isLive)), [choices, isLive]);
  const asked = query.signal ?? defaultSignal;
  const chosen = choices.find(({ signal }) => signal === asked);

  // The last one chosen replaces the one before. Without any it is the default.
  const choose = (all: Array<ComboboxOption<Signal>>) => {
    const value = all.at(-1)?.value;
    const choice = choices.find(({ signal }) => signal === (value ?? defaultSignal));
    if (!choice) {
      return;
    }
    const { stats = [], splitBy = [] } = choice;
    apply({
      signal: value,
      stat: query.stat && stats.includes(query.stat) ? query.stat : undefined,
      splitBy: query.splitBy?.filter((dimension) => splitBy.includes(dimension)),
    });
  };

  return (
    <>
      {/* No Combobox: its change handler is called without an end in Explore, and the keyboard takes what is greyed (12.4). */}
      <Labelled label="Signal" problem={problem ?? (chosen && obstacleOf(chosen, isLive))}>
        <MultiCombobox<Signal> options={options} value={[asked]} width={48} onChange={choose} />
      </Labelled>
      <Obstacles choices={choices} isLive={isLive} />
      {chosen && <StatField {...props} choice={chosen} />}
      {chosen && <SplitField {...props} choice={chosen} />}
    </>
  );
}

/** The reasons in full length: in the list, Grafana cuts what is longer than the input. */
function Obstacles({ choices, isLive }: { choices: SignalChoice[]; isLive: boolean }) {
  const labels = new Map<string, string[]>();
  for (const choice of choices) {
    const obstacle = obstacleOf(choice, isLive);
    if (obstacle !== undefined) {
      labels.set(obstacle, [...(labels.get(obstacle) ?? []), choice.label]);
    }
  }
  if (!labels.size) {
    return null;
  }
  const content = (
    <Stack direction="column" gap={1}>
      {[...labels].map(([obstacle, of]) => (
        <Text key={obstacle} element="p" variant="bodySmall">
          {`${of.join(', ')}. ${obstacle}`}
        </Text>
      ))}
    </Stack>
  );
  return (
    <Box alignItems="flex-end" display="flex" paddingBottom={1}>
      <Toggletip title="Greyed out signals" content={content}>
        <IconButton name="question-circle" aria-label="Why some signals are greyed out" />
      </Toggletip>
    </Box>
  );
}

interface OfChoice extends FieldsProps {
  choice: SignalChoice;
}

function StatField({ query, apply, choice: { stats = [] } }: OfChoice) {
  if (!stats.length) {
    return null;
  }
  return (
    <Labelled label="Stat">
      <RadioButtonGroup<Stat>
        aria-label="Stat"
        options={stats.map((value) => ({ value, label: value }))}
        value={query.stat ?? stats[0]}
        onChange={(stat) => apply({ stat })}
      />
    </Labelled>
  );
}

function SplitField({ query, apply, choice: { splitBy = [] } }: OfChoice) {
  const options = useMemo(() => splitBy.map((value) => ({ value, label: splitLabels[value] })), [splitBy]);
  if (!splitBy.length || !hasField(query, 'splitBy')) {
    return null;
  }
  return (
    <Labelled label="Split by">
      <MultiCombobox<SplitBy>
        options={options}
        value={query.splitBy ?? []}
        onChange={(chosen) => apply({ splitBy: chosen.map(({ value }) => value) })}
        placeholder="Nothing"
        width="auto"
        minWidth={24}
        isClearable
      />
    </Labelled>
  );
}
