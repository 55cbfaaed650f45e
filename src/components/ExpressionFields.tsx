import { TextArea, useTheme2 } from '@grafana/ui';
import React, { type KeyboardEvent } from 'react';

import { hasField } from '../query/model';

import { Labelled } from './Labelled';
import { LenientSwitch } from './LenientSwitch';
import type { FieldsProps } from './props';
import { TextInput } from './TextInput';

const isRun = ({ key, shiftKey, ctrlKey, metaKey }: KeyboardEvent) =>
  key === 'Enter' && (shiftKey || ctrlKey || metaKey);

/** An expression in PromQL. */
export function ExpressionInput({ query: { expr = '', ...query }, type, onCommit }: FieldsProps) {
  const { fontFamilyMonospace } = useTheme2().typography;
  if (!hasField(query, 'expr')) {
    return null;
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (isRun(event)) {
      event.preventDefault();
      onCommit();
    }
  };
  return (
    <Labelled
      label="Expression"
      description="$__rate_interval, $__interval and $__range are filled in; Shift+Enter runs it"
    >
      <TextArea
        value={expr}
        placeholder="rate(http_requests_total[$__rate_interval])"
        rows={Math.max(2, expr.split('\n').length)}
        spellCheck={false}
        style={{ fontFamily: fontFamilyMonospace }}
        onChange={(event) => type({ expr: event.currentTarget.value })}
        onBlur={onCommit}
        onKeyDown={onKeyDown}
      />
    </Labelled>
  );
}

/** What the series of an expression are called, and whether there has to be a Prometheus. */
export function ExpressionOptions({ query, type, apply, onCommit }: FieldsProps) {
  if (!hasField(query, 'legend')) {
    return null;
  }
  return (
    <>
      <TextInput
        label="Legend"
        value={query.legend}
        placeholder="{{label}}; all labels if it is empty"
        width={40}
        onChange={(legend) => type({ legend })}
        onCommit={onCommit}
      />
      <LenientSwitch
        query={query}
        apply={apply}
        title="Answer nothing where no Prometheus is configured, instead of failing"
      />
    </>
  );
}
