# SPDX-License-Identifier: LGPL-2.1-or-later
# cmake -DOUTPUT=help_texts.cpp -DTEXTS="a.md;b.md" -P embed_help.cmake
set(entries "")
foreach(path IN LISTS TEXTS)
  cmake_path(GET path FILENAME name)
  string(REGEX REPLACE "\\.md$" "" name ${name})
  file(READ ${path} content)
  string(APPEND entries "    {\"${name}\", R\"qpkg(${content})qpkg\"},\n")
endforeach()
file(WRITE ${OUTPUT}
"// Generated from cli/commands/*.md and packaging/completion.
#include \"cli/help.hpp\"

#include <utility>

namespace qpkg::cli {
namespace {
constexpr std::pair<std::string_view, std::string_view> texts[] = {
${entries}};
} // namespace

std::string_view help_text(std::string_view name)
{
    for (const auto& [key, words] : texts) {
        if (key == name) {
            return words;
        }
    }
    return {};
}

} // namespace qpkg::cli
")
