/* enhance_folder.h: every recording in a folder, enhanced into another folder. */
#ifndef MBT_TOOLS_COMMAND_ENHANCE_FOLDER_H
#define MBT_TOOLS_COMMAND_ENHANCE_FOLDER_H

#include "tools/base/model_load.h"
#include "tools/command/enhance_request.h"

/* Enhances request->in to request->out, two files. On failure prints one error line and returns false. */
typedef bool mbt_enhance_one(const mbt_enhance_request *request, const mbt_loaded_model *loaded);

/* Calls enhance_one for every recording below the folder request->in, each in a process of its own. The result gets the
 * same name below request->out. Returns an exit code. After a signal that ends the process it does not return. */
int mbt_enhance_folder(const mbt_enhance_request *request, const mbt_loaded_model *loaded,
                       mbt_enhance_one *enhance_one);

#endif
