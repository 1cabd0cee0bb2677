/** The icons of the panels, drawn in JupyterLab's own manner. */
import { LabIcon } from '@jupyterlab/ui-components';

function icon(name: string, path: string): LabIcon {
  return new LabIcon({
    name: `learnspace:${name}`,
    svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24"><path class="jp-icon3 jp-icon-selectable" fill="#616161" d="${path}"/></svg>`
  });
}

export const homeIcon = icon('home', 'M12 3 2.5 11H5v9h5.5v-6h3v6H19v-9h2.5z');
export const resourcesIcon = icon(
  'resources',
  'M4 5.2C6.500 4.300 9 4.500 11.200 6v13C9 17.500 6.500 17.300 4 18.200zM20 5.200C17.500 4.300 15 4.500 12.800 6v13c2.200-1.500 4.700-1.700 7.200-.8z'
);
export const assignmentsIcon = icon(
  'assignments',
  'M9 2h6v2h4v18H5V4h4zm1.800 15.600 6-6-1.400-1.400-4.600 4.600-2.200-2.200L7.200 14zM8.500 6v1.500h7V6z'
);
export const portfolioIcon = icon(
  'portfolio',
  'M6 3v18h1.800v-4.500H20L17 11l3-5.500H7.800V3zm3.500 4h7.400l-2.200 4 2.200 4H9.500z'
);
export const teachIcon = icon(
  'teach',
  'M3 4h18v12h-7.500l2.500 4h-2.200L12 16.800 10.200 20H8l2.500-4H3zm2 2v8h14V6zm2 2h7v1.500H7zm0 3h5v1.500H7z'
);
