// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/package_source.hpp"

namespace qpkg::apt {

/// Debian and its like, by the base's own apt and dpkg; bases are made by mmdebstrap.
class AptSource final : public PackageSource {
public:
    AppId app_of(std::string_view package) const override;

    std::vector<KnownBase> bases() const override;
    std::vector<Package> make_root(const RootRequest& request, Progress& progress) const override;
    bool serves(const ForeignTree& root) const override;
    void settle(const ForeignTree& root) const override;

    std::vector<OfferedPackage> look(const Workshop& workshop, const PackageWish& wish) const override;
    std::vector<FoundPackage> search(const Workshop& workshop, std::span<const std::string> words) const override;
    std::vector<OfferedPackage> look_at_base(const Workshop& workshop) const override;
    PackageChoice resolve(const Workshop& workshop, const PackageWish& wish) const override;
    void download(const Workshop& workshop, std::span<const LockedPackage> packages) const override;
    void hand_out(const Workshop& workshop, const LockedPackage& package,
                  const std::filesystem::path& file) const override;
    void take_in(const Workshop& workshop, const LockedPackage& package,
                 const std::filesystem::path& file) const override;
    void prove(const Workshop& workshop, std::span<const LockedPackage> packages,
               const std::filesystem::path& lists) const override;
    std::filesystem::path install(const Workshop& workshop, std::span<const LockedPackage> packages,
                                  std::int64_t epoch) const override;

    std::vector<InstalledPackage> describe(const ForeignTree& changes) const override;
    bool is_older(std::string_view version, std::string_view than) const override;
    std::vector<std::string_view> own_places() const override;
};

} // namespace qpkg::apt
