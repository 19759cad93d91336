// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/kernel_file.hpp"

#include "qpkg/core/fd.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace qpkg {

bool write_kernel_file(const std::filesystem::path& file, std::string_view text)
{
    const Fd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    return fd && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

} // namespace qpkg
