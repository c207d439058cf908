/**
 * What a node answers to the API server and to monitoring: logs, commands, attachments, ports, figures. Start at
 * {@link kubeletHandler}.
 */
export { kubeletHandler } from "./handler.ts";
