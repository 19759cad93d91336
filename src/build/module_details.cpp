// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/module_details.hpp"

#include "build/elf.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"

#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <set>

namespace qpkg::build {
namespace {

/// A file of the tree, which nothing changes any more, as memory.
class Mapped {
public:
    Mapped(const Fd& file, std::size_t size) : size_(size)
    {
        memory_ = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
        if (memory_ == MAP_FAILED) {
            throw system_error("map a file of the module", errno);
        }
    }
    Mapped(const Mapped&) = delete;
    Mapped& operator=(const Mapped&) = delete;
    ~Mapped() { ::munmap(memory_, size_); }

    std::span<const std::uint8_t> bytes() const { return {static_cast<const std::uint8_t*>(memory_), size_}; }

private:
    void* memory_;
    std::size_t size_;
};

using NameViews = std::set<std::string_view>;

NameViews names_of(std::span<const InstalledPackage> packages)
{
    NameViews names;
    for (const auto& package : packages) {
        names.insert(package.name);
        std::ranges::transform(package.provides, std::inserter(names, names.end()), &Relation::name);
    }
    return names;
}

/// Those of `installed` that were not there already: installing writes records of the base's packages, too.
std::vector<InstalledPackage> packages_that_came(std::span<const InstalledPackage> installed,
                                                 std::span<const InstalledPackage> there)
{
    NameViews before;
    for (const auto& package : there) {
        before.insert(package.name);
    }
    std::vector<InstalledPackage> came;
    std::ranges::copy_if(installed, std::back_inserter(came),
                         [&](const InstalledPackage& package) { return !before.contains(package.name); });
    return came;
}

/// Manual pages are packed in packages, and plain in modules (documents.hpp).
std::set<std::string> owners_of(const PackageFiles& packages, const std::string& path)
{
    std::set<std::string> owners;
    for (const auto& listed : {path, path + ".gz"}) {
        const auto [first, last] = packages.owners.equal_range(listed);
        std::transform(first, last, std::inserter(owners, owners.end()), [](const auto& row) { return row.second; });
        if (!owners.empty()) {
            break;
        }
    }
    return owners;
}

void add_to(std::vector<Details::Library>& libraries, const std::set<LibraryName>& names)
{
    for (const auto& name : names) {
        libraries.push_back({name.soname, name.version});
    }
}

template <class Row>
void tidy(std::vector<Row>& rows)
{
    std::ranges::sort(rows);
    const auto doubles = std::ranges::unique(rows);
    rows.erase(doubles.begin(), doubles.end());
}

class Description {
public:
    Description(const ForeignTree& tree, const PackageFiles& packages, const ObjectOfBase& object_of_base)
        : tree_(tree), packages_(packages), object_of_base_(object_of_base)
    {
    }

    void take(const ForeignTree::Entry& entry)
    {
        const auto owners = owners_of(packages_, entry.path);
        for (const auto& package : owners) {
            tables_.owners.push_back({entry.path, package});
        }
        auto object = object_of_base_(entry.path);
        if (owners.empty()) {
            tables_.details.generated.push_back({entry.path, object});
        } else if (object) {
            tables_.details.shadowed.push_back({entry.path, object});
        }
        if (S_ISREG(entry.info.st_mode) && entry.info.st_size > 0) {
            take_names(entry.path, static_cast<std::size_t>(entry.info.st_size));
        }
    }

    TreeTables finish() &&
    {
        tidy(tables_.owners);
        tidy(tables_.details.given);
        tidy(tables_.details.taken);
        tidy(tables_.details.shadowed);
        tidy(tables_.details.generated);
        return std::move(tables_);
    }

private:
    void take_names(const std::string& path, std::size_t size)
    {
        const Mapped file(tree_.open_file(path), size);
        try {
            if (const auto names = read_elf(file.bytes(), native_arch())) {
                add_to(tables_.details.given, names->given);
                add_to(tables_.details.taken, names->taken);
            }
        } catch (const Error& error) {
            tables_.findings.push_back({"elf", path, std::string(error.what()) + ": its libraries are not known"});
        }
    }

    const ForeignTree& tree_;
    const PackageFiles& packages_;
    const ObjectOfBase& object_of_base_;
    TreeTables tables_;
};

} // namespace

ObjectOfBase objects_in(const qpkg::ModuleTree& base)
{
    return [&base](const std::string& path) -> std::optional<Digest> {
        std::uint32_t directory = 0;
        const auto parts = text::split(std::string_view(path).substr(1), '/');
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const auto& entries = base.directories.at(directory).entries;
            const auto found = std::ranges::lower_bound(entries, parts[i], {}, &qpkg::ModuleTree::Entry::name);
            if (found == entries.end() || found->name != parts[i]) {
                return std::nullopt;
            }
            const bool is_directory = found->kind == NodeKind::directory;
            if (i + 1 == parts.size()) {
                return is_directory ? std::nullopt : std::optional(base.object_of(*found).id);
            }
            if (!is_directory) {
                return std::nullopt;
            }
            directory = found->index;
        }
        return std::nullopt;
    };
}

std::vector<Details::BuiltPackage> built_packages(std::span<const Package> chosen,
                                                  std::span<const InstalledPackage> installed)
{
    std::map<std::string_view, const InstalledPackage*> recorded;
    for (const auto& package : installed) {
        recorded.emplace(package.name, &package);
    }
    std::vector<Details::BuiltPackage> packages;
    for (const auto& package : chosen) {
        const auto found = recorded.find(package.name);
        const bool has_source = found != recorded.end() && !found->second->source.empty();
        const bool has_version = has_source && !found->second->source_version.empty();
        packages.push_back({package.name, package.version, package.arch, package.sha256,
                            has_source ? found->second->source : package.name,
                            has_version ? found->second->source_version : package.version});
    }
    tidy(packages);
    return packages;
}

BaseRelations base_relations(std::span<const InstalledPackage> installed, std::span<const InstalledPackage> there)
{
    const auto came = packages_that_came(installed, there);
    const auto own = names_of(came);
    const auto of_base = names_of(there);
    BaseRelations relations;
    for (const auto& package : came) {
        for (const auto& need : package.needs) {
            if (std::ranges::any_of(need, [&](const Relation& one) { return own.contains(one.name); })) {
                continue;
            }
            Details::BaseNeed on_base{package.name, need};
            std::erase_if(on_base.alternatives, [&](const Relation& one) { return !of_base.contains(one.name); });
            if (!on_base.alternatives.empty()) {
                relations.needs.push_back(std::move(on_base));
            }
        }
        for (const auto& broken : package.breaks) {
            if (of_base.contains(broken.name)) {
                relations.breaks.push_back({package.name, broken});
            }
        }
    }
    tidy(relations.needs);
    tidy(relations.breaks);
    return relations;
}

TreeTables describe_tree(const ForeignTree& tree, const PackageFiles& packages, const ObjectOfBase& object_of_base)
{
    Description description(tree, packages, object_of_base);
    tree.walk("", [&](const ForeignTree::Entry& entry) {
        interrupt::throw_if_requested();
        if (!S_ISDIR(entry.info.st_mode)) {
            description.take(entry);
        }
    });
    return std::move(description).finish();
}

std::vector<Details::Fix> fixes_of(std::span<const InstalledPackage> packages)
{
    std::vector<Details::Fix> fixes;
    for (const auto& package : packages) {
        for (const auto& id : package.fixes) {
            fixes.push_back({id, package.source.empty() ? package.name : package.source});
        }
    }
    tidy(fixes);
    return fixes;
}

std::vector<Licence> licences_of(std::span<const InstalledPackage> packages)
{
    std::vector<Licence> licences;
    for (const auto& package : packages) {
        for (const auto& name : package.licences) {
            licences.push_back({package.name, name});
        }
    }
    return licences;
}

} // namespace qpkg::build
