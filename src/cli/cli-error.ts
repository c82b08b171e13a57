// A failure that the user can do something about: its message is all that is printed, and the exit status is 1.

export class CliError extends Error {}
