/** Bars with their numbers on them, and the table behind them, whose numbers lead to the learners. */
import * as React from 'react';

import type { ILearnspace } from '../../../learnspace_core/lab/tokens';

export interface IBar {
  label: string;
  count: number;
  onPick: () => void;
}

const WIDTH = 360;
const HEIGHT = 110;
const LINE = 20;

export function Chart(props: {
  title: string;
  head: string;
  bars: IBar[];
  learnspace: ILearnspace;
}): JSX.Element {
  const { title, head, bars, learnspace } = props;
  const { trans } = learnspace;
  const most = Math.max(1, ...bars.map(bar => bar.count));
  const step = WIDTH / bars.length;
  const said = bars.map(bar => `${bar.label}: ${bar.count}`).join('; ');
  return (
    <figure className="ls-Chart">
      <figcaption>{title}</figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT + 2 * LINE}`}
        role="img"
        aria-label={`${title}. ${said}`}
      >
        <line x1="0" x2={WIDTH} y1={HEIGHT + LINE} y2={HEIGHT + LINE} />
        {bars.map((bar, index) => {
          const height = (bar.count / most) * HEIGHT;
          const middle = (index + 0.5) * step;
          return (
            <g key={bar.label} onClick={() => bar.count > 0 && bar.onPick()}>
              <rect
                x={middle - step * 0.35}
                y={HEIGHT + LINE - height}
                width={step * 0.7}
                height={height}
              />
              <text x={middle} y={HEIGHT + LINE - height - 4}>
                {bar.count}
              </text>
              <text x={middle} y={HEIGHT + 2 * LINE - 3}>
                {bar.label}
              </text>
            </g>
          );
        })}
      </svg>
      <details>
        <summary>{trans.__('As a table')}</summary>
        <table className="ls-Table">
          <thead>
            <tr>
              <th scope="col">{head}</th>
              <th scope="col">{trans.__('Learners')}</th>
            </tr>
          </thead>
          <tbody>
            {bars.map(bar => (
              <tr key={bar.label}>
                <th scope="row">{bar.label}</th>
                <td>
                  <Count
                    count={bar.count}
                    what={`${title}, ${bar.label}`}
                    learnspace={learnspace}
                    onPick={bar.onPick}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

/** A number of learners that shows who they are. */
export function Count(props: {
  count: number;
  what: string;
  learnspace: ILearnspace;
  onPick: () => void;
}): JSX.Element {
  const { count, what, learnspace, onPick } = props;
  if (count === 0) {
    return <>0</>;
  }
  return (
    <button
      className="ls-Link ls-Count"
      aria-label={learnspace.trans._n('%2: show %1 learner', '%2: show %1 learners', count, what)}
      onClick={onPick}
    >
      {count}
    </button>
  );
}
