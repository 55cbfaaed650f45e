// Dates in tests must not depend on where they run.
process.env.TZ = 'UTC';

const scaffold = require('./.config/jest.config');
const { grafanaESModules, nodeModulesToTransform } = require('./.config/jest/utils');

const [[, swc]] = Object.entries(scaffold.transform);

module.exports = {
  ...scaffold,
  testTimeout: 30_000,
  transform: { '^.+\\.m?[tj]sx?$': swc },
  transformIgnorePatterns: [nodeModulesToTransform(grafanaESModules)],
};
