import React from 'react';

import { urlProblem, withMetrics } from '../services';
import type { MetricsSettings, Settings } from '../types';

import { CredentialSettings } from './CredentialSettings';
import { TextSetting } from './TextSetting';

interface Props {
  settings: Settings;
  onChange: (settings: Settings) => void;
  disabled: boolean;
}

const patch = (settings: Settings, metrics: MetricsSettings): Settings => ({
  ...settings,
  jsonData: { ...settings.jsonData, metrics: withMetrics(settings.jsonData.metrics, metrics) },
});

const withUser = (settings: Settings, user: string) => patch(settings, { user });

/** The Prometheus that PromQL asks, and that scrapes services. */
export function PrometheusSettings(props: Props) {
  const { settings, onChange, disabled } = props;
  const { url, user } = settings.jsonData.metrics ?? {};
  return (
    <>
      <TextSetting
        label="Prometheus URL"
        description="The address as the Grafana server sees it; redirects are not followed"
        value={url}
        placeholder="http://prometheus:9090"
        problem={urlProblem(url)}
        disabled={disabled}
        onChange={(value) => onChange(patch(settings, { url: value }))}
      />
      {(url || user) && (
        <CredentialSettings
          {...props}
          user={user}
          withUser={withUser}
          passwordName="metricsPassword"
          tokenName="metricsToken"
        />
      )}
    </>
  );
}
