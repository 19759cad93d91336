// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/view_fields.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg {
namespace {

constexpr std::string_view private_view = "private"; ///< over a base
constexpr std::string_view whole_view = "whole";     ///< of its own root

} // namespace

Ground parse_ground(canonical::Fields& fields)
{
    const auto view = fields.text("view");
    if (view == "shared") {
        throw Error(Code::unsupported, "view: no module is merged into the qube's own /usr any more",
                    "what others may see is an extension of a point; ask the publisher for one");
    }
    if (view != private_view && view != whole_view) {
        throw Error(Code::unsupported,
                    "view: \"" + text::escaped(view, 40) + "\" is not known, this qpkg knows private and whole");
    }
    if (view == whole_view) {
        if (fields.has("base")) {
            fields.fail("base", "a whole view stands on no base");
        }
        return {BaseOrNone::none(), 0};
    }
    auto base = fields.object("base");
    return {base.id<BaseId>("id"), base.number("level")};
}

void encode_ground(const Release& release, canonical::Object& manifest)
{
    const auto& base = release.base.base();
    manifest.emplace("view", std::string(base ? private_view : whole_view));
    if (base) {
        manifest.emplace("base", canonical::Object{{"id", base->text()}, {"level", release.base_level}});
    }
}

void check_whole(const canonical::Fields& fields, const Release& release)
{
    if (!release.base.is_none()) {
        if (!release.inputs.base) {
            fields.fail("inputs", "no base, which a private view is built on");
        }
        return;
    }
    const bool has_service =
        std::ranges::any_of(release.exports, [](const Export& made) { return made.kind == ExportKind::service; });
    if (release.extends || !release.points.empty() || !release.first_start.is_nothing() || has_service) {
        fields.fail("view", "a whole view has no services, first start or points, and is no extension");
    }
}

} // namespace qpkg
