// A failure that the user can fix: only its message is printed, and the exit status is 1.

export class CliError extends Error {}
