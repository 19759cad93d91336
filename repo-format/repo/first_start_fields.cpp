// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/first_start_fields.hpp"

#include "repo-format/guest/first_start.hpp"

namespace qpkg {
namespace {

using canonical::Array;

std::vector<std::string> texts_of(const canonical::Fields& fields, std::string_view name, const Array& array)
{
    std::vector<std::string> texts;
    for (const auto& element : array) {
        const auto* text = element.get_if<std::string>();
        if (text == nullptr) {
            fields.fail(name, "expected texts");
        }
        texts.push_back(*text);
    }
    return texts;
}

} // namespace

FirstStart parse_first_start(canonical::Fields& manifest)
{
    FirstStart first;
    if (!manifest.has("first_start")) {
        return first;
    }
    auto fields = manifest.object("first_start");
    first.user = fields.text("user");
    first.state = texts_of(fields, "state", fields.array("state"));
    for (const auto& program : fields.array("run")) {
        const auto* words = program.get_if<Array>();
        if (words == nullptr) {
            fields.fail("run", "expected programs with their arguments");
        }
        first.run.push_back(texts_of(fields, "run", *words));
    }
    if (const auto complaint = complaint_about(first)) {
        fields.fail(complaint->member, complaint->what);
    }
    if (first.is_nothing()) {
        fields.fail("state", "there is none");
    }
    return first;
}

canonical::Object encode_first_start(const FirstStart& first)
{
    if (const auto complaint = complaint_about(first)) {
        throw Error(Code::usage, "first_start." + std::string(complaint->member) + ": " + complaint->what);
    }
    Array run;
    for (const auto& words : first.run) {
        run.emplace_back(Array(words.begin(), words.end()));
    }
    return {{"user", first.user}, {"state", Array(first.state.begin(), first.state.end())}, {"run", std::move(run)}};
}

} // namespace qpkg
