/* interrupt.h: SIGINT and SIGTERM as the end of a live input. */
#ifndef MBT_TOOLS_COMMAND_INTERRUPT_H
#define MBT_TOOLS_COMMAND_INTERRUPT_H

#include <stdbool.h>

/* From now on the first SIGINT or SIGTERM ends what comes through pipes (tools/audio/pipe.h), as if their writers had
 * closed them: nobody can do that to a microphone. A second one ends the process at once, as mbt_output_end_by has it.
 * A signal that is ignored stays so. On failure prints one error line and returns false. */
bool mbt_interrupt_ends_input(void);

#endif
