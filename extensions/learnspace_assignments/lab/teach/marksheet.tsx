/** The marks of a course as files for other systems. */
import { URLExt } from '@jupyterlab/coreutils';
import * as React from 'react';

import { segments } from '../../../learnspace_core/lab/api';
import type { ILearnspace } from '../../../learnspace_core/lab/tokens';

const SHAPES = ['moodle', 'canvas', 'plain'] as const;

export function MarksLinks(props: { course: string; learnspace: ILearnspace }): JSX.Element {
  const { course, learnspace } = props;
  const { trans, baseUrl } = learnspace;
  const words = {
    moodle: trans.__('for Moodle'),
    canvas: trans.__('for Canvas'),
    plain: trans.__('as a plain table')
  };
  const path = URLExt.join(baseUrl, 'learnspace/api/teach', segments(course), 'marks.csv');
  return (
    <p className="ls-Muted">
      {trans.__('Marks as a CSV file:')}{' '}
      {SHAPES.map((shape, number) => (
        <React.Fragment key={shape}>
          {number > 0 && ' · '}
          <a className="ls-Link" href={path + URLExt.objectToQueryString({ shape })} download>
            {words[shape]}
          </a>
        </React.Fragment>
      ))}
    </p>
  );
}
