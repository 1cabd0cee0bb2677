/** Which lines of two texts differ. */

export interface ILine {
  text: string;
  /** Whether the other text does not have it here. */
  differs: boolean;
}

/** Lines beyond which two texts are not compared: the table below grows with their product. */
const MOST = 500;

/** Say of each line of two texts whether it belongs to the longest that both have in common. */
export function compareLines(mine: string, theirs: string): [ILine[], ILine[]] {
  const [a, b] = [mine.split('\n'), theirs.split('\n')];
  const [left, right] = [a, b].map(lines => lines.map(text => ({ text, differs: true })));
  if (a.length > MOST || b.length > MOST) {
    return [a, b].map(lines => lines.map(text => ({ text, differs: false }))) as [ILine[], ILine[]];
  }
  // How much the rest of one has in common with the rest of the other.
  const common = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i][j] =
        a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      left[i++].differs = right[j++].differs = false;
    } else if (common[i + 1][j] >= common[i][j + 1]) {
      i++;
    } else {
      j++;
    }
  }
  return [left, right];
}
