import { Alert } from '@grafana/ui';
import React from 'react';

import plugin from '../plugin.json';

interface Props {
  path: string;
}

/** Says what the server's administrator has to set before the path can be read. */
export function AllowedPaths({ path }: Props) {
  return (
    <Alert severity="info" title="The path must lie under one of the plugin's allowed paths">
      The administrator of the Grafana server sets them in grafana.ini, several separated by commas:
      <pre>{`[plugin.${plugin.id}]\nallowed_paths = ${path}`}</pre>
    </Alert>
  );
}
