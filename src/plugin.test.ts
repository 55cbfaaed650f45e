import pkg from '../package.json';

import plugin from './plugin.json';

describe('plugin.json', () => {
  it('states what the plugin can do', () => {
    const { backend, alerting, annotations, logs, metrics, streaming } = plugin;
    expect({ backend, alerting, annotations, logs, metrics, streaming }).toEqual({
      backend: true,
      alerting: true,
      annotations: true,
      logs: true,
      metrics: true,
      streaming: true,
    });
  });

  it('asks for a Grafana that the libraries belong to', () => {
    const libraries = Object.entries(pkg.dependencies).filter(([name]) => name.startsWith('@grafana/'));
    expect(new Set(libraries.map(([, version]) => version.replace(/\.\d+$/, '')))).toEqual(new Set(['12.4']));
    expect(plugin.dependencies.grafanaDependency).toBe('>=12.4.0');
  });
});
