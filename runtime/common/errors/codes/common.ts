import { defineCodes } from './code-entry.js';

export const COMMON_CODES = defineCodes({
  INTERNAL: {
    domain: 'internal',
    summary: 'Something went wrong inside Weft that no other code describes.',
    hint: 'Please report it with the log of the role that printed it.',
  },
  CONFIG_UNKNOWN_KEY: {
    domain: 'user',
    summary: 'A configuration key does not exist.',
    hint: 'Check its spelling against docs/reference/config.md.',
  },
  CONFIG_BAD_VALUE: {
    domain: 'user',
    summary: 'A configuration value does not have the type, unit or range of its key.',
    hint: 'See docs/reference/config.md for what the key takes.',
  },
  CONFIG_BAD_FILE: {
    domain: 'user',
    summary: 'A configuration file cannot be read or parsed.',
    hint: 'Correct the file at the line named in the message.',
  },
  BAD_ID: {
    domain: 'user',
    summary: 'An id (job, application, attempt, container, node) does not have its form.',
    hint: 'Copy the id as the command or page printed it.',
  },
  WIRE_BAD_MESSAGE: {
    domain: 'external',
    summary: 'A peer sent a message that is not JSON or does not fit its schema.',
    hint: 'Check that all roles run the same version of Weft.',
  },
  WIRE_UNKNOWN_METHOD: {
    domain: 'external',
    summary: 'A peer called a method that this endpoint does not have.',
    hint: 'Check that all roles run the same version of Weft.',
  },
  WIRE_TIMEOUT: {
    domain: 'external',
    summary: 'A peer did not answer a request in time.',
    hint: 'See the log of the peer; raise the timeout if it is only slow.',
    retry: 'backoff',
  },
  WIRE_CLOSED: {
    domain: 'external',
    summary: 'The connection to a peer is closed for good.',
    hint: 'See the log of the peer.',
    retry: 'backoff',
  },
  ENVIRONMENT_REFUSED: {
    domain: 'user',
    summary: 'A container was to get an environment variable that the cluster sets itself, or that loads other code.',
    hint: 'Set it in the program, or start the program by `env NAME=value …`.',
  },
  AUTH_BAD_TOKEN: {
    domain: 'external',
    summary: 'A token is missing, forged or made for something else.',
    hint: 'Start the role through its owner, which hands it a fresh token.',
  },
  AUTH_REQUIRED: {
    domain: 'user',
    summary: 'A server was to listen where other machines reach it, and to believe everybody.',
    hint: 'Leave weft.security.authentication at auto, or set it to token; or bind loopback.',
  },
  AUTH_FORBIDDEN: {
    domain: 'user',
    summary: 'The token is good, but not for this.',
    hint: 'Ask the owner of the application, or an administrator.',
  },
  AUTH_TOKEN_EXPIRED: {
    domain: 'external',
    summary: 'A token’s time is over, or the key that it was signed with has been rolled away.',
    hint: 'Ask for a fresh one. If it is fresh, compare the clocks and the cluster keys of both machines.',
  },
  PORT_TAKEN: {
    domain: 'user',
    summary: 'The configured address is in use by another program.',
    hint: 'Free the port, configure another one, or 0 for any free port.',
  },
  HTTP_NOT_FOUND: {
    domain: 'user',
    summary: 'The server has nothing under this path.',
    hint: 'See docs/reference/rest.md for the paths.',
  },
  HTTP_FOREIGN_PAGE: {
    domain: 'user',
    summary: 'A page that another server sent to a browser tried to change something here.',
    hint: 'Use the pages of this server, or a program.',
  },
  HTTP_TOO_SLOW: {
    domain: 'external',
    summary: 'A peer began a request or a connection and did not finish what it had to say in time.',
    hint: 'If it is one of your own, look at the line between the two machines.',
  },
  HTTP_TOO_MANY_STRANGERS: {
    domain: 'external',
    summary: 'Many connections were opened that asked for nothing; the oldest of them was closed.',
    hint: 'Find out who opens them: the log names an address.',
  },
  HTTP_BAD_REQUEST: {
    domain: 'user',
    summary: 'A request has a wrong parameter or body.',
    hint: 'See docs/reference/rest.md for what the path takes.',
  },
  UNREACHABLE: {
    domain: 'external',
    summary: 'A server does not answer at its address.',
    hint: 'Check that it runs and that the address is right.',
    retry: 'backoff',
  },
  BLOB_NOT_FOUND: {
    domain: 'external',
    summary: 'A file that was to be shipped is not in the store.',
    hint: 'Submit again, so that the file is uploaded anew.',
  },
  BLOB_CORRUPT: {
    domain: 'external',
    summary: 'A shipped file has other content than when it was submitted.',
    hint: 'Submit again; if it comes back, check the disk or the network between the roles.',
  },
  FILESYSTEM_UNKNOWN: {
    domain: 'user',
    summary: 'A path has a scheme for which there is no file system.',
    hint: 'Use one of the schemes named, or a path without a scheme for the local disk.',
  },
  FILE_NOT_FOUND: {
    domain: 'user',
    summary: 'A file or folder is not there.',
    hint: 'Check the path; it must exist on every node that uses it.',
  },
  FILE_EXISTS: {
    domain: 'user',
    summary: 'A file is there already and must not be replaced.',
    hint: 'Choose another path, remove the file, or allow that it is overwritten.',
  },
  FILE_FAILED: {
    domain: 'external',
    summary: 'A file or folder could not be read, written, moved or removed.',
    hint: 'Check permissions, the free space and the disk on the machine named in the log.',
  },
  ILLEGAL_TRANSITION: {
    domain: 'internal',
    summary: 'A state machine was asked for a change that its table does not list.',
    hint: 'Please report it with the log of the role that printed it.',
  },
});
