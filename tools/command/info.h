/* info.h: the subcommand that shows version, kernels and models. */
#ifndef MBT_TOOLS_COMMAND_INFO_H
#define MBT_TOOLS_COMMAND_INFO_H

/* argv[0] is its name. Returns an exit code; what went wrong has been printed. */
int mbt_command_info(int argc, char **argv);

#endif
