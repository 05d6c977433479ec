/* enhance.h: the subcommand that removes the noise from a recording. */
#ifndef MBT_TOOLS_COMMAND_ENHANCE_H
#define MBT_TOOLS_COMMAND_ENHANCE_H

/* argv[0] is its name. Returns an exit code; what went wrong has been printed. */
int mbt_command_enhance(int argc, char **argv);

#endif
