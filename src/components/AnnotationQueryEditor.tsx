import type { QueryEditorProps } from '@grafana/data';
import React from 'react';

import { asAnnotation } from '../annotations';
import type { HeartlineDataSource } from '../datasource';
import type { HeartlineOptions, HeartlineQuery } from '../types';

import { QueryFields } from './QueryFields';

type Props = QueryEditorProps<HeartlineDataSource, HeartlineQuery, HeartlineOptions>;

/** The filters of alarms; type and format are given. */
export function AnnotationQueryEditor({ query, ...props }: Props) {
  return <QueryFields query={asAnnotation(query)} {...props} />;
}
