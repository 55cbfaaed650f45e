import React from 'react';

import { pathProblem } from '../settings';

import { AllowedPaths } from './AllowedPaths';
import { TextSetting } from './TextSetting';

interface Props {
  description: string;
  path: string | undefined;
  onChange: (path: string) => void;
  placeholder: string;
  required?: boolean;
  disabled: boolean;
}

/** A path of the Grafana server. */
export function PathSetting({ path, ...props }: Props) {
  return (
    <>
      <TextSetting {...props} label="Path" value={path} problem={pathProblem(path)} />
      <AllowedPaths path={path || props.placeholder} />
    </>
  );
}
