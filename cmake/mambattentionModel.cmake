# Models of one's own, as C that mambac wrote: for projects that use the library, and for its own MBT_MODELS.

# mbt_read_model_name(FILE RESULT): the NAME that mambac was given for this file; empty if it is not mambac's.
function(mbt_read_model_name file result)
    file(STRINGS "${file}" line LIMIT_COUNT 1 REGEX "^const mbt_model mbt_model_[A-Za-z0-9_]+ = ")
    string(REGEX REPLACE "^const mbt_model mbt_model_([A-Za-z0-9_]+) = .*" "\\1" name "${line}")
    set(${result} "${name}" PARENT_SCOPE)
endfunction()

# mbt_add_model(NAME name FILE file.c): a library mbt_model_NAME with this model and no other. Link it, declare
# `extern const mbt_model mbt_model_NAME;` and open &mbt_model_NAME. NAME is what mambac was given as --name. The file
# may be one that a custom command makes.
function(mbt_add_model)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;FILE" "")
    if(NOT arg_NAME OR NOT arg_FILE OR arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "mbt_add_model(NAME name FILE file.c), not mbt_add_model(${ARGV})")
    endif()
    get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
    if(NOT C IN_LIST languages)
        message(FATAL_ERROR "mbt_add_model: models are C, which project(... LANGUAGES) does not name")
    endif()
    get_filename_component(path "${arg_FILE}" ABSOLUTE)
    if(EXISTS "${path}")
        mbt_read_model_name("${path}" found)
        if(NOT found)
            message(FATAL_ERROR "mbt_add_model: ${path} is not C that mambac wrote")
        elseif(NOT found STREQUAL arg_NAME)
            message(FATAL_ERROR "mbt_add_model: the model in ${path} is not '${arg_NAME}', but '${found}'")
        endif()
    endif()
    set(target mbt_model_${arg_NAME})
    add_library(${target} STATIC "${arg_FILE}")
    # The program may be a plugin, which is a shared object.
    if(NOT DEFINED CMAKE_POSITION_INDEPENDENT_CODE AND NOT CMAKE_SYSTEM_NAME STREQUAL "Generic")
        set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    endif()
    target_compile_features(${target} PRIVATE c_std_11)
    target_link_libraries(${target} PUBLIC mambattention::mambattention)
endfunction()
