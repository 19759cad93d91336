// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a bundle is a `Fetcher`. It holds the files of a repository under the paths that a client asks for. So the client
// that reads web servers reads bundles, with the same checks in the same order, and there is no second code path with
// holes of its own. Its contents are raw, as the object's hash covers them: in dom0 nothing is inflated.
//
// It is opened as what it is, a stranger's file: no link, no device, nothing setuid, and reading does not block.
#pragma once

#include "repo-format/repo/bundle.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fd.hpp"
#include "qpkg/ports/fetcher.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace qpkg::app {

/// A bundle's file and where its sections lie. They are found by the path that a client would ask a repository for.
/// Small files are hashed before they are handed over; contents of objects are the importer's to hash, as they are from
/// any repository.
class BundleFile final : public Fetcher {
public:
    /// Errors: corrupt (its table does not fit the file), failed (cut off).
    static BundleFile open(const std::filesystem::path& path);
    BundleFile(Fd file, std::vector<bundle::Section> sections);

    const std::vector<bundle::Section>& sections() const noexcept { return sections_; }
    std::optional<std::size_t> find(std::string_view path) const;
    /// Section `index`, hashed. Error corrupt "damaged in transfer".
    std::string read(std::size_t index) const;
    /// As `read`, of any size, without keeping the bytes.
    void check(std::size_t index) const;
    /// Fingerprints of the repository's roots, version 1 first. Error corrupt.
    std::vector<std::string> fingerprints() const;

    std::optional<std::string> get(const std::string& path, std::uint64_t cap) override;
    void get_many(std::span<const FetchRequest> requests, FetchSink& sink) override;
    ContentForm content_form() const override { return ContentForm::raw; }

private:
    /// Hands section `index` over in pieces.
    void stream(std::size_t index, const std::function<void(std::span<const std::uint8_t>)>& take) const;

    Fd file_;
    std::vector<bundle::Section> sections_;
    std::map<bundle::Key, std::size_t> places_;
};

/// Opens a file that came from outside for reading: not through a link, nothing but a regular file without setuid or
/// setgid. Error corrupt.
Fd open_foreign(const std::filesystem::path& path);

/// The error for a bundle of which less came than it says.
Error cut_off(std::uint64_t found, std::uint64_t expected);

} // namespace qpkg::app
