/**
 * The environment variables that roles hand to each other when they start one another. Secrets travel only here (never on
 * a command line, where other users could read them).
 */
export const ENV = {
  /** Set by the ResourceManager for an AppMaster, and by the AppMaster for JobManager and TaskManagers. */
  applicationId: 'WEFT_APPLICATION_ID',
  attemptId: 'WEFT_ATTEMPT_ID',
  /** `http://host:port` of the ResourceManager; of several, separated by commas, one leads. */
  resourceManagerUrl: 'WEFT_RM_URL',
  /** Token of kind `attempt`: AppMaster → ResourceManager. */
  attemptToken: 'WEFT_ATTEMPT_TOKEN',
  /** Key (hex) of the application's own tokens: AppMaster and JobManager check with it. */
  applicationKey: 'WEFT_APPLICATION_KEY',
  /** Token of kind `application`: TaskManager → JobManager, AppMaster, and data plane. */
  applicationToken: 'WEFT_APPLICATION_TOKEN',
  /** `http://host:port` of the AppMaster's server: where the JobManager registers and TaskManagers ask for it. */
  appMasterUrl: 'WEFT_AM_URL',
  /** `token` where clients must prove who they are: AppMaster and JobManager ask for it then too. */
  authentication: 'WEFT_AUTHENTICATION',
  /** Set by the NodeManager for every container. */
  containerId: 'WEFT_CONTAINER_ID',
  nodeManagerUrl: 'WEFT_NM_URL',
  nodeHost: 'NM_HOST',
  logDir: 'LOG_DIR',
  /** Secret of this container for the liveness endpoint of its NodeManager. */
  livenessToken: 'WEFT_LIVENESS_TOKEN',
  /** Where the node's Weft lies (folder of role bundles). */
  dist: 'WEFT_DIST',
  home: 'WEFT_HOME',
  /** Properties of the configuration, JSON: how JobManager and TaskManagers get it from their AppMaster. */
  configuration: 'WEFT_CONFIGURATION',
  /** Local resources (JSON) that an AppMaster hands on to its TaskManagers' containers: what the client shipped. */
  shippedFiles: 'WEFT_SHIPPED_FILES',
} as const;

/** The value of a variable that the owner of this process must have set. */
export function requiredEnv(
  name: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const value = environment[name];
  if (value === undefined || value === '')
    throw new Error(`${name} is not set: this process must be started by its owner.`);
  return value;
}

/** Names of files in a container's working folder. */
export const CONTAINER_FILES = {
  /** Properties of the configuration, JSON. */
  configuration: 'weft-conf.json',
  /** The JobGraph of a per-job application, JSON. */
  jobGraph: 'job-graph.json',
  /** Folder of the job's artifact. */
  artifact: 'artifact',
} as const;
