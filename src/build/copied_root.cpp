// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/copied_root.hpp"

#include "workshop/run.hpp"

#include "qpkg/core/foreign_tree.hpp"

namespace qpkg::build {
namespace {

namespace fs = std::filesystem;

constexpr const char* root_folder = "whole";
constexpr const char* inside = "/run/whole"; ///< a file system of its own, which the copy does not enter

} // namespace

fs::path copy_root(const Workshop& workshop, const fs::path& changes, const fs::path& guest_files)
{
    ForeignTree(workshop.scratch).make_directories(root_folder);
    auto root = workshop.scratch / root_folder;
    workshop::Run run(workshop, "copy");
    run.request().lower.insert(run.request().lower.begin(), changes);
    run.request().binds = {{root, inside}};
    workshop.progress.begin("copy", "the root", 0);
    const auto result = run({"cp", "--archive", "--one-file-system", "/.", inside});
    if (result.status != 0) {
        throw workshop::command_error(result, "copy the base's root");
    }
    const ForeignTree tree(root);
    if (!guest_files.empty()) {
        ForeignTree(guest_files).walk("", [&](const ForeignTree::Entry& entry) {
            if (!S_ISDIR(entry.info.st_mode)) {
                tree.remove(entry.path);
            }
        });
    }
    workshop.progress.end("");
    return root;
}

} // namespace qpkg::build
