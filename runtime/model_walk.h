/* model_walk.h: visits all matrices of a model. */
#ifndef MBT_RUNTIME_MODEL_WALK_H
#define MBT_RUNTIME_MODEL_WALK_H

#include "mambattention/model.h"
#include "runtime/matrix.h"

/* Calls the visitor for every matrix, in the order of the data flow. The model must have been checked
 * (mbt_model_check). A layer that several steps point to is visited once for each step. */
void mbt_model_visit_matrices(const mbt_model *model, mbt_matrix_visitor *visit, void *cookie);

#endif
