/** Jobs of the platform as a teacher's panel follows them. */
import { segments } from '../../../learnspace_core/lab/api';
import { asRequestError, passesByItself } from '../../../learnspace_core/lab/errors';
import type { ILearnspace } from '../../../learnspace_core/lab/tokens';
import type { IJob } from '../../../learnspace_core/lab/types';

/** Ask how far a job is; while the platform is out of reach, it is where it was. */
export async function lookAt(job: IJob, learnspace: ILearnspace): Promise<IJob> {
  try {
    return await learnspace.request<IJob>(`jobs/${segments(job.id)}`);
  } catch (reason) {
    if (passesByItself(asRequestError(reason))) {
      return job;
    }
    throw reason;
  }
}
