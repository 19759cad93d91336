// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/package_source.hpp"

#include <filesystem>
#include <memory>

/// The implementations that the contract of the port is tried on.
namespace qpkg::testing {

/// One implementation with an archive of its own, which has seven packages of version 1.0, made at 1700000000: "hello"
/// needs "libhello", brings /usr/bin/hello, has a script, a summary "says hello", mends CVE-2026-1234, and
/// recommends "extra", which recommends "deep"; the script of "broken" fails; "present" is in the base, as is "aging",
/// of which the archive has 2.0.
struct SourceSubject {
    virtual ~SourceSubject() = default;
    virtual const PackageSource& source() = 0;
    virtual Sandbox& sandbox() = 0;
    virtual std::filesystem::path base_image() { return {}; }
    virtual std::filesystem::path base_root() = 0; ///< with the package manager's state
    /// The package file of "hello" is gone.
    virtual void withdraw() = 0;
    /// It has other bytes, which nobody signed.
    virtual void tamper() = 0;
    virtual void cut_off() = 0;
};

/// In a test case: one after the other, as its subcases.
std::unique_ptr<SourceSubject> each_source();

} // namespace qpkg::testing
