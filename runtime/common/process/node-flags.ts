/**
 * Flags of Node for the roles that only talk and decide (ResourceManager, NodeManager, AppMaster, JobManager). Their young
 * generation stays small: V8 would let it grow to 16 MB in each of them, and an idle cluster pays for it (measured: 5 to 6 MB a
 * process). TaskManagers keep V8's own size, because user code allocates there.
 */
export const CONTROL_PLANE_FLAGS: readonly string[] = ['--max-semi-space-size=1'];
