/** The only caller of HTTP: the learner's own Jupyter server, below `learnspace/api/`. */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import { RequestError } from './errors';

/** Milliseconds after which asking is given up; what sends something is waited for. */
const PATIENCE = 10000;

/**
 * Ask the learner's own server.
 *
 * @param path the verb below `learnspace/api/`, with its query
 * @param init method and body
 * @param serverSettings where the server is, and how to prove who asks
 * @throws RequestError with the server's own code and message
 */
export async function requestAPI<T>(
  path: string,
  init: RequestInit,
  serverSettings: ServerConnection.ISettings
): Promise<T> {
  const url = URLExt.join(serverSettings.baseUrl, 'learnspace', 'api', path);
  const asks = (init.method ?? 'GET') === 'GET';
  const patience = new AbortController();
  const timer = asks ? window.setTimeout(() => patience.abort(), PATIENCE) : 0;
  let response: Response;
  try {
    response = await ServerConnection.makeRequest(
      url,
      asks ? { ...init, signal: patience.signal } : init,
      serverSettings
    );
  } catch (reason) {
    // A space that is gone fails at once; one that is silent waits for the platform behind it.
    const code = patience.signal.aborted ? 'service_unreachable' : 'space_unreachable';
    throw new RequestError(code, String(reason), 0);
  } finally {
    window.clearTimeout(timer);
  }
  const body = parse(await response.text());
  if (!response.ok || body === undefined) {
    throw failure(response, body);
  }
  return body as T;
}

/** Name a part of a path, which may be in any script, for use between slashes. */
export function segments(...parts: string[]): string {
  return parts.map(encodeURIComponent).join('/');
}

function parse(text: string): unknown {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return undefined;
  }
}

/** Map a failing answer to the one error; what has another shape comes from the proxy in front. */
function failure(response: Response, body: unknown): RequestError {
  const { code, message } = (body ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && typeof message === 'string') {
    return new RequestError(code, message, response.status);
  }
  if ([502, 503, 504].includes(response.status)) {
    return new RequestError('space_unreachable', response.statusText, response.status);
  }
  const text = typeof message === 'string' ? message : response.statusText;
  return new RequestError(`http_${response.status}`, text, response.status);
}
