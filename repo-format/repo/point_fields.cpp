// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/point_fields.hpp"

#include "repo-format/guest/points.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg {
namespace {

using canonical::Array;
using canonical::Fields;
using canonical::Object;

constexpr std::string_view app_kind = "app";
constexpr std::string_view base_kind = "base";
constexpr std::string_view extension_kind = "extension";

std::string parse_abi(Fields& fields)
{
    auto abi = fields.text("abi");
    if (!is_abi(abi)) {
        fields.fail("abi", "expected 1 to 32 letters, digits and . _ + -");
    }
    return abi;
}

Extends parse_extends(Fields fields)
{
    Extends extends{fields.id<PointName>("point"), parse_abi(fields)};
    if (is_of_qube(extends.point) && folders_of_qube_point(extends.point.text()).empty()) {
        throw Error(Code::unsupported, fields.where_of("point") + ": " + extends.point.text() +
                                           " is no point of a qube that this qpkg knows");
    }
    return extends;
}

Point parse_point(Fields fields, const AppId& app)
{
    Point point{fields.id<PointName>("name"), {}, parse_abi(fields)};
    if (owner_of(point.name) != app.text() || is_of_qube(point.name)) {
        fields.fail("name", "is not of the app's id");
    }
    for (const auto& element : fields.array("folders")) {
        const auto* folder = element.get_if<std::string>();
        const auto complaint = folder == nullptr ? "expected paths" : complaint_about_folder(*folder);
        if (complaint) {
            fields.fail("folders", *complaint);
        }
        if (!point.folders.empty() && point.folders.back() >= *folder) {
            fields.fail("folders", "not in ascending order");
        }
        point.folders.push_back(*folder);
    }
    if (point.folders.empty() || point.folders.size() > most_point_folders) {
        fields.fail("folders", "expected 1 to " + std::to_string(most_point_folders));
    }
    return point;
}

std::vector<Point> parse_points(Fields& fields, const AppId& app)
{
    std::vector<Point> points;
    for (auto& element : fields.array("points")) {
        const auto where = "points[" + std::to_string(points.size()) + "]";
        auto point = parse_point({std::move(element), where}, app);
        if (points.size() == most_points || (!points.empty() && points.back().name >= point.name)) {
            throw Error(Code::corrupt, where + ": more than " + std::to_string(most_points) + ", or not ascending");
        }
        points.push_back(std::move(point));
    }
    return points;
}

/// Who stands on a base believes it in everything; it must not look like something that is asked for.
void check_base(Fields& fields, const Release& release)
{
    if (!release.exports.empty() || release.needs != Needs() || !release.limits.empty() || !release.points.empty() ||
        !release.first_start.is_nothing()) {
        fields.fail("kind", "a base has neither exports nor needs, limits or points, and starts nothing");
    }
    if (release.inputs.base != release.tree.commit) {
        throw Error(Code::corrupt, "inputs.base: of a base it is its own commit");
    }
}

} // namespace

void parse_point_fields(Fields& fields, Release& release)
{
    const auto kind = fields.text("kind");
    if (kind != app_kind && kind != base_kind && kind != extension_kind) {
        throw Error(Code::unsupported,
                    "kind: \"" + text::escaped(kind, 40) + "\" is not known, this qpkg knows app, base and extension");
    }
    if ((kind == base_kind) != is_base(release)) {
        fields.fail("kind", "a base is its own base, and nothing else is");
    }
    const bool is_extension = kind == extension_kind;
    if (fields.has("extends") != is_extension) {
        fields.fail("extends", "an extension says what it extends, and nothing else does");
    }
    if (is_extension) {
        release.extends = parse_extends(fields.object("extends"));
    }
    if (fields.has("points")) {
        release.points = parse_points(fields, release.app);
    }
    if (is_extension && (!release.exports.empty() || !release.points.empty() || !release.first_start.is_nothing())) {
        fields.fail("kind", "an extension has neither exports nor points, and starts nothing");
    }
    if (is_base(release)) {
        check_base(fields, release);
    }
}

void encode_point_fields(const Release& release, Object& manifest)
{
    const auto kind = release.extends ? extension_kind : is_base(release) ? base_kind : app_kind;
    manifest.emplace("kind", std::string(kind));
    if (release.extends) {
        manifest.emplace("extends", Object{{"point", release.extends->point.text()}, {"abi", release.extends->abi}});
    }
    if (release.points.empty()) {
        return;
    }
    Array points;
    for (const auto& point : release.points) {
        points.emplace_back(Object{{"name", point.name.text()},
                                   {"folders", Array(point.folders.begin(), point.folders.end())},
                                   {"abi", point.abi}});
    }
    manifest.emplace("points", std::move(points));
}

} // namespace qpkg
