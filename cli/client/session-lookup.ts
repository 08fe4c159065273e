/** Finds the JobManager of a session that runs already. */
import { WeftError, hasCode } from '../../runtime/common/errors/index.js';
import { isOver, type ApplicationReport } from './application-report.js';
import { waitUntilRunning, type DeployContext } from './deploy.js';

/**
 * @param rememberedBy the properties file that named the session, if the user did not
 * @throws CLIENT_STALE_SESSION when it is over or unknown
 */
export async function findSession(
  applicationId: string,
  context: DeployContext,
  rememberedBy?: string,
): Promise<{ jobManagerUrl: string }> {
  const report = await reportOf(applicationId, context, rememberedBy);
  if (isOver(report)) throw stale(applicationId, `is ${report.state}`, report.diagnostics, rememberedBy);
  return waitUntilRunning(applicationId, context);
}

async function reportOf(
  applicationId: string,
  { client }: DeployContext,
  rememberedBy: string | undefined,
): Promise<ApplicationReport> {
  try {
    return await client.report(applicationId);
  } catch (error) {
    if (hasCode(error, 'UNREACHABLE')) throw error;
    throw stale(applicationId, 'is not known to this cluster', '', rememberedBy);
  }
}

function stale(applicationId: string, what: string, diagnostics: string, rememberedBy: string | undefined): WeftError {
  const said = diagnostics.trim();
  const reason = said === '' ? '' : ` ${said}${/[.!?]$/.test(said) ? '' : '.'}`;
  const source = rememberedBy === undefined ? '' : ` It was remembered by ${rememberedBy}.`;
  return new WeftError('CLIENT_STALE_SESSION', `The session ${applicationId} ${what}.${reason}${source}`, {
    ...(rememberedBy === undefined
      ? {}
      : { hint: `Start a new session with yarn-session -d, name one with -id, or delete ${rememberedBy}.` }),
    subject: applicationId,
  });
}
