/** The plugins of Learnspace: what all stand on, then one for each feature. */
import assignments from './learnspace_assignments/lab';
import teach from './learnspace_assignments/lab/teach';
import core from './learnspace_core/lab';
import home from './learnspace_home/lab';
import portfolio from './learnspace_portfolio/lab';
import resources from './learnspace_resources/lab';

export default [core, home, resources, assignments, portfolio, teach];
