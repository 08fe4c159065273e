/** `yarn-session` (and `weft yarn-session`): starts a session, attaches to one, or asks what the cluster has to offer. */
import { collectShipFiles } from '../../runtime/bundle/ship-files.js';
import { clusterOptions, yarnOptions, type Configuration } from '../../runtime/common/config/index.js';
import { systemClock } from '../../runtime/common/clock.js';
import { WeftHome } from '../../runtime/common/home.js';
import { parseApplicationId } from '../../runtime/common/ids.js';
import { deployApplication, type DeployContext } from '../client/deploy.js';
import { resourceManagerAddress } from '../client/resourcemanager-address.js';
import { ResourceManagerClient } from '../client/resourcemanager-client.js';
import { findSession } from '../client/session-lookup.js';
import { forgetSession, sessionPropertiesFile, writeSessionProperties } from '../client/session-properties.js';
import { reportError } from '../errors.js';
import { print, warn } from '../output.js';
import { parseOptions } from '../program/option-parser.js';
import { actionHelp } from '../render/help.js';
import { AttachedSession } from '../session/attached-session.js';
import { queryCluster, renderQuery } from '../session/cluster-query.js';
import { SESSION_SPEC, sessionConfiguration, warningsFor, type SessionOptions } from '../session/session-options.js';
import { stopSession } from '../session/stop-session.js';

const INTERRUPTED = 130;

/** @param argv what follows the command's name. @returns the exit code */
export async function yarnSessionCommand(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json');
  try {
    const options = parseOptions(argv, SESSION_SPEC);
    if (options.has('help')) {
      print(actionHelp('yarn-session [OPTIONS]', 'Starts a session, or attaches to one.', SESSION_SPEC));
      return 0;
    }
    for (const warning of warningsFor(options)) warn(warning);
    const home = new WeftHome();
    const configuration = sessionConfiguration(options, home);
    const named = options.get('rm') ?? configuration.get(yarnOptions.resourceManagerAddress);
    const client = new ResourceManagerClient(await resourceManagerAddress(home, named));
    try {
      return await new SessionCommand(options, configuration, home, client, json).run();
    } finally {
      client.close();
    }
  } catch (error) {
    return reportError(error, json);
  }
}

class SessionCommand {
  private readonly clock = systemClock;
  private readonly interrupted = interruption();
  private readonly context: DeployContext;
  private readonly propertiesFile: string;

  constructor(
    private readonly options: SessionOptions,
    private readonly configuration: Configuration,
    home: WeftHome,
    private readonly client: ResourceManagerClient,
    private readonly json: boolean,
  ) {
    this.context = { client, clock: this.clock, notify: warn };
    this.propertiesFile = sessionPropertiesFile(configuration, home);
  }

  async run(): Promise<number> {
    if (this.options.has('query')) {
      const query = await queryCluster(this.client);
      print(this.json ? JSON.stringify(query) : renderQuery(query));
      return 0;
    }
    const named = this.configuration.get(yarnOptions.applicationId);
    const applicationId = named === undefined ? await this.deploy() : await this.find(parseApplicationId(named));
    if (applicationId === undefined) return INTERRUPTED;
    return this.detached ? 0 : this.attach(applicationId);
  }

  private get detached(): boolean {
    return (
      this.options.has('detached') ||
      this.options.has('yarnDetached') ||
      !this.configuration.get(clusterOptions.attached)
    );
  }

  private async find(applicationId: string): Promise<string> {
    const { jobManagerUrl } = await findSession(applicationId, this.context);
    this.announce(applicationId, jobManagerUrl);
    return applicationId;
  }

  /** Undefined: interrupted before the session ran; it was killed. */
  private async deploy(): Promise<string | undefined> {
    const ship = await collectShipFiles(this.configuration.get(yarnOptions.shipFiles));
    const request = { mode: 'session' as const, configuration: this.configuration, ship };
    const { applicationId, waitUntilRunning } = await deployApplication(request, this.context);
    if (!this.json) warn(`Submitted application ${applicationId}`);
    const running = await Promise.race([waitUntilRunning(), this.interrupted]);
    if (running === undefined) {
      await this.client.kill(applicationId);
      return undefined;
    }
    writeSessionProperties(
      this.propertiesFile,
      { applicationId, dynamicProperties: this.options.properties },
      new Date(this.clock.nowMs()).toUTCString(),
    );
    this.announce(applicationId, running.jobManagerUrl);
    return applicationId;
  }

  private announce(applicationId: string, jobManagerUrl: string): void {
    if (this.json) {
      print(JSON.stringify({ applicationId, jobManagerUrl }));
      return;
    }
    print(`JobManager Web Interface: ${jobManagerUrl}`);
    if (this.detached) {
      print(
        [
          `The session ${applicationId} runs on its own. To stop it in order:`,
          `  echo "stop" | yarn-session -id ${applicationId}`,
          'or, by force:',
          `  weft app -kill ${applicationId}`,
        ].join('\n'),
      );
    }
  }

  private async attach(applicationId: string): Promise<number> {
    const attached = AttachedSession.run(
      {
        input: process.stdin,
        errors: process.stderr,
        clock: this.clock,
        report: () => this.client.report(applicationId),
      },
      this.interrupted,
    );
    const end = await Promise.race([attached, this.interrupted]);
    process.stdin.destroy();
    if (end?.kind === 'unknown') {
      warn('The cluster is in an unknown state: its ResourceManager cannot be reached. The session is left as it is.');
      return 1;
    }
    if (end?.kind === 'over') return this.over(applicationId, end.report.state, end.report.diagnostics);
    await stopSession(applicationId, {
      client: this.client,
      clock: this.clock,
      timeoutMs: this.configuration.get(clusterOptions.clientTimeoutMs),
    });
    forgetSession(this.propertiesFile, applicationId);
    if (!this.json) print(`The session ${applicationId} has ended.`);
    return end === undefined ? INTERRUPTED : 0;
  }

  /** The session ended without us. */
  private over(applicationId: string, state: string, diagnostics: string): number {
    forgetSession(this.propertiesFile, applicationId);
    if (state === 'FINISHED') {
      print(`The session ${applicationId} has ended.`);
      return 0;
    }
    warn(`The session ${applicationId} has failed (${state}). ${diagnostics}`.trimEnd());
    warn(`See what it wrote: weft logs ${applicationId}`);
    return 1;
  }
}

/** Resolves at Ctrl-C or SIGTERM. A second one ends the command at once. */
function interruption(): Promise<undefined> {
  return new Promise((resolve) => {
    const listener = (): void => {
      resolve(undefined);
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    };
    process.on('SIGINT', listener);
    process.on('SIGTERM', listener);
  });
}
