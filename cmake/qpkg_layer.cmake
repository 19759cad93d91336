# SPDX-License-Identifier: LGPL-2.1-or-later

# Flags every target of ours is compiled with; an INTERFACE target so that they never reach a dependency.
add_library(qpkg_flags INTERFACE)
target_compile_options(qpkg_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
  -Woverloaded-virtual -Werror=return-type
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=. # the agent's bytes become part of bases: nothing of where it was built
  $<$<CONFIG:Dev>:-Werror>)
target_include_directories(qpkg_flags INTERFACE
  ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src)
target_compile_definitions(qpkg_flags INTERFACE
  QPKG_VERSION="${PROJECT_VERSION}" QPKG_FAULTS=$<BOOL:${QPKG_FAULTS}> _FILE_OFFSET_BITS=64)

# qpkg_layer(<name> [USES <layer>...] [LIBRARIES <imported target>...] [EXCEPT <file>...])
# A static library made of every .cpp directly in the current folder, EXCEPT those a role leaves out. USES are our own
# layers, below this one; LIBRARIES are private: no third-party type appears in a header of ours.
function(qpkg_layer name)
  cmake_parse_arguments(ARG "" "" "USES;LIBRARIES;EXCEPT" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  foreach(left_out IN LISTS ARG_EXCEPT)
    list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/${left_out})
  endforeach()
  if(NOT sources)
    add_library(qpkg_${name} INTERFACE)
    set(scope INTERFACE)
  else()
    add_library(qpkg_${name} STATIC ${sources})
    set(scope PUBLIC)
    target_link_libraries(qpkg_${name} PRIVATE ${ARG_LIBRARIES})
  endif()
  target_link_libraries(qpkg_${name} ${scope} qpkg_flags)
  foreach(used IN LISTS ARG_USES)
    target_link_libraries(qpkg_${name} ${scope} qpkg_${used})
  endforeach()
endfunction()
