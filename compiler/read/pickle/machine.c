/* machine.c: the lists and the stack of the pickle machine, and how it reads bytes. */
#include "compiler/read/pickle/machine.h"

#include <string.h>

#include "compiler/read/pickle/value.h"

bool mbt_pickle_list_reserve(mbt_pickle_machine *m, mbt_pickle_list *list, size_t count)
{
    if (count <= list->capacity)
        return true;
    size_t capacity = list->capacity < 4 ? 4 : list->capacity;
    while (capacity < count)
        capacity *= 2; /* no overflow: count is below the number of bytes read */
    mbt_pickle_value **items = mbt_pickle_allocate(m->pickle, capacity * sizeof *items, m->error);
    if (items == NULL)
        return false;
    if (list->count != 0)
        memcpy(items, list->items, list->count * sizeof *items);
    list->items = items;
    list->capacity = capacity;
    return true;
}

bool mbt_pickle_list_append(mbt_pickle_machine *m, mbt_pickle_list *list, mbt_pickle_value **items, size_t count)
{
    if (count == 0)
        return true;
    if (!mbt_pickle_list_reserve(m, list, list->count + count))
        return false;
    memcpy(list->items + list->count, items, count * sizeof *items);
    list->count += count;
    return true;
}

bool mbt_pickle_take(mbt_pickle_machine *m, size_t size, const uint8_t **bytes)
{
    if (size > m->size - m->at)
        return mbt_fail(m->error, "the pickle ends in the middle of an opcode");
    *bytes = m->bytes + m->at;
    m->at += size;
    return true;
}

bool mbt_pickle_take_number(mbt_pickle_machine *m, size_t size, uint64_t *value)
{
    const uint8_t *bytes = NULL;
    if (!mbt_pickle_take(m, size, &bytes))
        return false;
    *value = 0;
    for (size_t i = size; i-- > 0;)
        *value = *value << 8 | bytes[i];
    return true;
}

bool mbt_pickle_take_sized(mbt_pickle_machine *m, size_t length_size, const uint8_t **bytes, size_t *size)
{
    uint64_t length = 0;
    if (!mbt_pickle_take_number(m, length_size, &length))
        return false;
    if (length > m->size - m->at)
        return mbt_fail(m->error, "it asks for more bytes than the pickle has");
    *size = (size_t)length;
    return mbt_pickle_take(m, *size, bytes);
}

bool mbt_pickle_push(mbt_pickle_machine *m, mbt_pickle_value *value)
{
    return value != NULL && mbt_pickle_list_append(m, &m->stack, &value, 1);
}

mbt_pickle_value *mbt_pickle_top(mbt_pickle_machine *m)
{
    if (m->stack.count == 0 || m->stack.items[m->stack.count - 1] == &m->mark) {
        mbt_fail(m->error, "it takes a value and the stack is empty");
        return NULL;
    }
    return m->stack.items[m->stack.count - 1];
}

mbt_pickle_value *mbt_pickle_pop(mbt_pickle_machine *m)
{
    mbt_pickle_value *value = mbt_pickle_top(m);
    m->stack.count -= value != NULL;
    return value;
}

bool mbt_pickle_pop_to_mark(mbt_pickle_machine *m, mbt_pickle_value ***items, size_t *count)
{
    for (size_t i = m->stack.count; i-- > 0;) {
        if (m->stack.items[i] == &m->mark) {
            *items = m->stack.items + i + 1;
            *count = m->stack.count - i - 1;
            m->stack.count = i;
            return true;
        }
    }
    return mbt_fail(m->error, "it takes a mark and there is none");
}
