/** The words of the portfolio on the wire; they mirror learnspace_portfolio/models.py. */

/** One thing that happened; `sentence` tells it when we have no words for its verb. */
export interface IEntry {
  id: number;
  at: string;
  verb: string;
  object_type: string;
  object_id: string;
  title: string;
  course: string | null;
  course_title: string | null;
  result: { score?: number; max_score?: number };
  sentence: string;
  /** The address of the page of feedback, below the service's; null if there is none to read. */
  feedback: string | null;
}
