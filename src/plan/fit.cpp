// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/fit.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>

namespace qpkg::plan {
namespace {

constexpr std::string_view loader_cache = "/etc/ld.so.cache";

/// What a base has, by name.
class Given {
public:
    explicit Given(const Details& base)
    {
        for (const auto& package : base.packages) {
            packages_.emplace(package.name, &package);
            names_[package.name].insert(package.version);
        }
        for (const auto& provided : base.provided) {
            names_[provided.name].insert(provided.version);
        }
        for (const auto& library : base.given) {
            libraries_[library.soname].insert(library.version);
        }
        for (const auto& file : base.files) {
            files_.emplace(file.path, &file.object);
        }
    }

    /// A package may be there for several architectures.
    auto packages_named(const std::string& name) const { return packages_.equal_range(name); }
    /// The versions in which something answers to the name; null: nothing does.
    const std::set<std::string_view>* versions_of(std::string_view name) const { return found(names_, name); }
    const std::set<std::string_view>* symbols_of(std::string_view soname) const { return found(libraries_, soname); }
    std::optional<Digest> object_at(std::string_view path) const
    {
        const auto file = files_.find(path);
        return file == files_.end() ? std::nullopt : std::optional(*file->second);
    }

private:
    using Versions = std::map<std::string_view, std::set<std::string_view>>;

    static const std::set<std::string_view>* found(const Versions& versions, std::string_view name)
    {
        const auto place = versions.find(name);
        return place == versions.end() ? nullptr : &place->second;
    }

    std::multimap<std::string_view, const Details::BuiltPackage*> packages_;
    Versions names_;
    Versions libraries_;
    std::map<std::string_view, const Digest*> files_;
};

std::string listed(const std::set<std::string_view>* versions)
{
    std::string text;
    for (const auto version : versions == nullptr ? std::set<std::string_view>{} : *versions) {
        if (!version.empty()) {
            text += (text.empty() ? "" : ", ") + std::string(version);
        }
    }
    const auto* const without = versions == nullptr ? "nothing" : "one without a version";
    return text.empty() ? without : text;
}

bool is_answered(const Relation& relation, const Given& base)
{
    const auto* const versions = base.versions_of(relation.name);
    return versions != nullptr && (relation.bound != Bound::exactly || versions->contains(relation.version));
}

std::string asked(const Relation& relation)
{
    const auto* const word = std::ranges::find(bound_words, relation.bound, &std::pair<Bound, std::string_view>::first);
    return relation.bound == Bound::any ? "any version" : std::string(word->second) + ' ' + relation.version;
}

class Fitting {
public:
    Fitting(const Details& module, const Details& base) : module_(module), base_(base) {}

    std::vector<Misfit> run() &&
    {
        for (const auto& package : module_.packages) {
            compare_package(package);
        }
        for (const auto& need : module_.needs) {
            compare_need(need);
        }
        for (const auto& broken : module_.breaks) {
            compare_break(broken);
        }
        compare_libraries();
        for (const auto& shadowed : module_.shadowed) {
            compare_path(shadowed);
        }
        for (const auto& generated : module_.generated) {
            compare_path(generated);
        }
        std::ranges::sort(found_);
        const auto doubles = std::ranges::unique(found_);
        found_.erase(doubles.begin(), doubles.end());
        return std::move(found_);
    }

private:
    /// In the view the module's files would lie over the base's, some newer and some older.
    void compare_package(const Details::BuiltPackage& package)
    {
        const auto [first, last] = base_.packages_named(package.name);
        for (auto same = first; same != last; ++same) {
            const auto& there = *same->second;
            const bool is_another_file = there.file && package.file && there.file != package.file;
            if (there.arch == package.arch && (is_another_file || there.version != package.version)) {
                const auto* const another = there.version == package.version ? ", another file" : "";
                found_.push_back({Misfit::Rule::package, package.name, package.version, there.version + another});
            }
        }
    }

    void compare_need(const Details::BaseNeed& need)
    {
        if (std::ranges::none_of(need.alternatives, [&](const Relation& one) { return is_answered(one, base_); })) {
            const auto& first = need.alternatives.front();
            found_.push_back({Misfit::Rule::relation, first.name, asked(first) + " by " + need.package,
                              listed(base_.versions_of(first.name))});
        }
    }

    /// Only what names one version: other bounds held when the module was built, and packages only rise.
    void compare_break(const Details::BaseBreak& broken)
    {
        if (broken.relation.bound == Bound::exactly && is_answered(broken.relation, base_)) {
            found_.push_back({Misfit::Rule::relation, broken.relation.name,
                              "not " + broken.relation.version + " by " + broken.package, broken.relation.version});
        }
    }

    /// A library that is missing is told once, and not by each of its versions of symbols.
    void compare_libraries()
    {
        for (const auto& library : module_.taken) {
            if (std::ranges::binary_search(module_.given, library)) {
                continue;
            }
            const auto* const symbols = base_.symbols_of(library.soname);
            if (symbols == nullptr) {
                found_.push_back({Misfit::Rule::library, library.soname, "the library", "nothing"});
            } else if (!library.version.empty() && !symbols->contains(library.version)) {
                found_.push_back({Misfit::Rule::library, library.soname, library.version, listed(symbols)});
            }
        }
    }

    /// The loader's cache names versions of the C library, and where libraries lie, which it finds without it.
    void compare_path(const Details::MadePath& made)
    {
        const auto there = base_.object_at(made.path);
        if (there == made.base_object || made.path == loader_cache || is_documentation(made.path)) {
            return;
        }
        found_.push_back({Misfit::Rule::path, made.path, made.base_object ? "the file it was built over" : "nothing",
                          !there             ? "nothing"
                          : made.base_object ? "another file"
                                             : "a file"});
    }

    const Details& module_;
    const Given base_;
    std::vector<Misfit> found_;
};

std::optional<Misfit> exclusion(const Release& release, const BaseToFit& base)
{
    for (const auto& excluded : base.details.excluded) {
        if (excluded.app == release.app && release.sequence <= excluded.highest) {
            return Misfit{Misfit::Rule::excluded, base.id.text(),
                          "a release of " + release.app.text() + " after " + std::to_string(excluded.highest),
                          "release " + std::to_string(release.sequence) + ": " + excluded.reason};
        }
    }
    return std::nullopt;
}

} // namespace

std::vector<Misfit> misfits(const Release& release, const Details& module, const BaseToFit& base)
{
    if (release.base.is_none()) { // it takes nothing of a base
        return {};
    }
    if (!release.base.fits(base.id)) {
        return {{Misfit::Rule::base, base.id.text(), release.base.text(), base.id.text()}};
    }
    if (const auto excluded = exclusion(release, base)) {
        return {*excluded};
    }
    if (base.commit == release.inputs.base) {
        return {};
    }
    if (release.base_level != base.level) {
        return {{Misfit::Rule::level, base.id.text(), "level " + std::to_string(release.base_level),
                 "level " + std::to_string(base.level)}};
    }
    return Fitting(module, base.details).run();
}

std::string in_words(const Misfit& misfit)
{
    const bool is_hidden = misfit.rule == Misfit::Rule::path;
    return misfit.what + ": " + misfit.needed + (is_hidden ? " expected, there is " : " needed, there is ") +
           misfit.there;
}

std::string in_words(const std::vector<Misfit>& misfits)
{
    constexpr std::size_t longest = 300;
    const auto more = misfits.size() > 1 ? ", and " + std::to_string(misfits.size() - 1) + " more" : "";
    return text::escaped(in_words(misfits.front()), longest) + more;
}

} // namespace qpkg::plan
