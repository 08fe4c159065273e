import { defineCodes } from './code-entry.js';

export const RESOURCEMANAGER_CODES = defineCodes({
  RM_UNKNOWN_SCHEDULER: {
    domain: 'user',
    summary: 'yarn.resourcemanager.scheduler.class names a scheduler that does not exist.',
    hint: 'Choose one of the schedulers named in the message.',
  },
  RM_UNKNOWN_QUEUE: {
    domain: 'user',
    summary: 'An application was submitted to a queue that does not exist.',
    hint: 'Choose one of the queues named in the message (-qu, yarn.application.queue).',
  },
  RM_BAD_QUEUES: {
    domain: 'user',
    summary: 'A file that says how resources are shared contradicts itself, or cannot be put in force now.',
    hint: 'Correct the file at the line in the message; `weft queue check FILE` tells whether it is right.',
  },
  RM_QUEUE_REFUSED: {
    domain: 'user',
    summary: 'A queue does not take an application: by its access list, state, placement rules or limits.',
    hint: 'The message says which gate refused it; submit to another queue, or ask who administers this one.',
  },
  RM_ASK_TOO_LARGE: {
    domain: 'user',
    summary: 'A container was asked for that is larger than the largest node or the configured maximum.',
    hint: 'Ask for less memory or fewer cores, or start a larger NodeManager.',
  },
  RM_ASK_TOO_MANY: {
    domain: 'user',
    summary: 'An AppMaster asked for more containers at once than any cluster can run.',
    hint: 'Ask for what is needed next, and for more when that is there.',
  },
  RM_BAD_SUBMISSION: {
    domain: 'user',
    summary: 'A submitted application is not complete or contradicts itself.',
    hint: 'See docs/reference/rest.md for the shape of a submission.',
  },
  RM_RESOURCE_NOT_STAGED: {
    domain: 'user',
    summary: 'A submitted application names a file that was not uploaded first, or has another size.',
    hint: 'Upload it to /weft/v1/blobs/{sha256}, then submit again.',
  },
  RM_UNKNOWN_APPLICATION: {
    domain: 'user',
    summary: 'There is no application with this id: it never existed or was forgotten long after its end.',
    hint: 'List the applications that there are with `weft app -list`.',
  },
  RM_APPLICATION_ENDED: {
    domain: 'user',
    summary: 'An application was to be changed that has ended or is about to.',
    hint: 'Only applications that are accepted or running can be changed.',
  },
  RM_CHANGE_REFUSED: {
    domain: 'user',
    summary: 'An application was to be moved, given a priority, or ended in its attempt, and that cannot be now.',
    hint: 'The message names the rule; `weft queue -list` shows the queues that there are.',
  },
  RM_UNKNOWN_NODE: {
    domain: 'user',
    summary: 'There is no NodeManager with this id.',
    hint: 'List the nodes that there are with `weft status`.',
  },
  RM_UNKNOWN_RESOURCE_TYPE: {
    domain: 'user',
    summary: 'A container was asked for with a resource type that yarn.resource-types does not declare.',
    hint: 'Ask for one of the types named in the message, or declare it for the ResourceManager and its nodes.',
  },
  RM_NODE_LABELS: {
    domain: 'user',
    summary: 'Node labels are off, unknown, in use, or were to be changed in a way that is not possible.',
    hint: '`weft cluster --list-node-labels` names the labels that there are, `weft rmadmin --help` how they are changed.',
  },
  RM_NODE_EXCLUDED: {
    domain: 'user',
    summary: 'A NodeManager wanted to be part of a cluster that it was sent away from.',
    hint: 'Take it out of the exclude file (or into the include file) and `weft rmadmin -refreshNodes`, or `weft node -recommission`.',
  },
  RM_FORBIDDEN: {
    domain: 'user',
    summary:
      'The user may not do this: neither the owner of the application nor an administrator of its queue or the cluster.',
    hint: 'The access lists are yarn.admin.acl in yarn-site.xml, and those of the queues in their file.',
  },
  RM_NODE_NAME_TAKEN: {
    domain: 'external',
    summary: 'A NodeManager registered under the host and port of another one that is there.',
    hint: 'Give each its own yarn.nodemanager.hostname. If the other one has just died, wait a few heartbeats.',
    retry: 'backoff',
  },
  RM_STALE_ATTEMPT: {
    domain: 'external',
    summary: 'An AppMaster spoke for an attempt that is over, or that another process took over.',
    hint: 'Nothing needs to be done: this process stops, and its successor runs.',
  },
  RM_NOT_REGISTERED: {
    domain: 'external',
    summary: 'A NodeManager or AppMaster asked for something before it registered.',
    hint: 'Check that all roles run the same version of Weft.',
    retry: 'backoff',
  },
  RM_NOT_ACTIVE: {
    domain: 'external',
    summary: 'A ResourceManager was asked for something that only the one that leads does.',
    hint: 'Ask another one of yarn.resourcemanager.ha.rm-ids; clients of Weft do so by themselves.',
    retry: 'backoff',
  },
  RM_TRANSITION_REFUSED: {
    domain: 'user',
    summary: 'A ResourceManager was to lead or to stand by, and that is not to be changed by hand now.',
    hint: 'The message says why; `weft rmadmin --help` tells of --forcemanual.',
  },
  RM_FENCED: {
    domain: 'external',
    summary: 'A ResourceManager wrote something after another one had taken over; nothing of it was written.',
    hint: 'Nothing needs to be done: it stands by from now on.',
  },
  RM_STORE_FAILED: {
    domain: 'external',
    summary: 'The ResourceManager could not write its state, or does not know whether it was written.',
    hint: 'Check the disk. It starts again, or stands by, from what was written.',
  },
  RM_STORE_UNUSABLE: {
    domain: 'external',
    summary: 'The store of the ResourceManager cannot be opened or was written by a newer version.',
    hint: 'Check the disk and the rights below WEFT_HOME/resourcemanager; without its store the cluster starts empty.',
  },
});
