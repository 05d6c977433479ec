/* enhance_folder.h: every recording in a folder, enhanced into another folder. */
#ifndef MBT_TOOLS_COMMAND_ENHANCE_FOLDER_H
#define MBT_TOOLS_COMMAND_ENHANCE_FOLDER_H

#include "tools/command/enhance_request.h"
#include "tools/base/model_load.h"

/* Enhances request->in to request->out, two files. On failure false, told in a line. */
typedef bool mbt_enhance_one(const mbt_enhance_request *request, const mbt_loaded_model *loaded);

/* Does so for every recording below request->in, a folder, to its name below request->out, each in a process of its
 * own. Returns an exit code; after a signal that ends the process it does not return. */
int mbt_enhance_folder(const mbt_enhance_request *request, const mbt_loaded_model *loaded,
                       mbt_enhance_one *enhance_one);

#endif
