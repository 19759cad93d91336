// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/world.hpp"

#include "qpkg/model/state.hpp"
#include "qpkg/ports/package_source.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace qpkg::app {

/// A package that is asked for without a recipe: "deb:hello".
struct NamedPackage {
    const PackageSourceRow* of;
    std::string name;
};
/// Nothing when `text` does not begin with the word of a source.
std::optional<NamedPackage> named_package(PackageSources sources, std::string_view text);
/// For people: "deb:NAME".
std::string named_package_form(PackageSources sources);

/// Where packages for `base` are chosen and installed; `scratch` is the caller's.
Workshop workshop_for(World& world, const Base& base, const std::filesystem::path& scratch);

/// A base that one of the sources can make.
struct MakeableBase {
    std::unique_ptr<PackageSource> source;
    KnownBase base;
};
/// By its name, or as its id is here: "local.debian-12". Error not_found for other names, with near ones.
MakeableBase require_makeable(PackageSources sources, const std::string& typed);
/// What `build_base` calls a base that nobody names.
std::string local_id(const BaseId& known);
/// The names of all of them.
std::vector<std::string> makeable_bases(PackageSources sources);

} // namespace qpkg::app
