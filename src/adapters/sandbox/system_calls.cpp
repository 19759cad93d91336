// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/sandbox/system_calls.hpp"

#include "qpkg/core/error.hpp"

#include <asm/ioctls.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>

namespace qpkg::sandbox {
namespace {

/// Answered with EPERM. Most need a capability that is gone as well: a fault in the kernel's own check is then no way
/// in.
constexpr std::array forbidden = {
    // keys belong to the user, not to a namespace
    "add_key", "request_key", "keyctl",
    // namespaces and mounts, in the old way and the new
    "unshare", "setns", "mount", "umount", "umount2", "pivot_root", "fsopen", "fsconfig", "fsmount", "fspick",
    "move_mount", "open_tree", "mount_setattr", "open_by_handle_at", "quotactl", "quotactl_fd", "fanotify_init",
    // programs in the kernel, and looking at it from beside
    "bpf", "perf_event_open", "userfaultfd", "lookup_dcookie", "syslog",
    // other processes
    "ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "process_madvise", "process_mrelease",
    "move_pages", "migrate_pages",
    // the machine itself
    "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "create_module", "reboot",
    "swapon", "swapoff", "acct", "iopl", "ioperm", "settimeofday", "stime", "clock_settime", "clock_settime64",
    "vhangup", "nfsservctl", "uselib", "ustat", "sysfs", "_sysctl", "vm86", "vm86old", "get_kernel_syms",
    "query_module"};

/// Answered as by a kernel that does not have them yet, so that programs take the older way. clone3 has its flags in
/// memory, where a filter cannot look.
constexpr std::array absent = {"clone3", "io_uring_setup", "io_uring_enter", "io_uring_register", "memfd_secret"};

/// Numbers are the same on all architectures since 424. What came after fchmodat2 nobody has looked at for this list.
constexpr int first_unknown = 453;
constexpr int last_unknown = 600;

constexpr std::array<unsigned long, 2> typing_requests = {TIOCSTI, TIOCLINUX};
constexpr std::array<unsigned long, 8> namespace_flags = {CLONE_NEWUSER,   CLONE_NEWNS,  CLONE_NEWPID,
                                                          CLONE_NEWNET,    CLONE_NEWIPC, CLONE_NEWUTS,
                                                          CLONE_NEWCGROUP, 0x80 /* time */};
constexpr std::array<int, 3> socket_families = {AF_ALG, AF_PACKET, AF_VSOCK};

/// personality(2) flags that weaken memory protection, with the highest bit clear: all bits set only ask.
constexpr std::array<unsigned long, 4> personality_flags = {0x00040000, 0x00100000, 0x00200000, 0x00400000};
constexpr unsigned long personality_query = 0x80000000;

void check(int result, const std::string& what)
{
    if (result < 0) {
        throw system_error("refuse " + what + " in the sandbox", -result);
    }
}

class Filter {
public:
    Filter() : context_(::seccomp_init(SCMP_ACT_ALLOW))
    {
        if (!context_) {
            throw Error(Code::failed, "make a filter of system calls");
        }
        // Numbers of 32-bit and x32 programs mean other calls.
        check(::seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)), "other ABIs");
        check(::seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2), "calls quickly"); // as a tree
    }

    void refuse(const char* name, int with)
    {
        const int number = ::seccomp_syscall_resolve_name(name);
        if (number >= 0) { // else this architecture has no such call
            check(::seccomp_rule_add_array(context_.get(), action(with), number, 0, nullptr), name);
        }
    }

    void refuse(int number, int with)
    {
        check(::seccomp_rule_add_array(context_.get(), action(with), number, 0, nullptr), std::to_string(number));
    }

    void refuse_if(const char* name, const scmp_arg_cmp& condition)
    {
        const int number = ::seccomp_syscall_resolve_name(name);
        check(::seccomp_rule_add_array(context_.get(), action(EPERM), number, 1, &condition), name);
    }

    void load() { check(::seccomp_load(context_.get()), "system calls"); }

private:
    struct Release {
        void operator()(void* context) const noexcept { ::seccomp_release(context); }
    };

    static std::uint32_t action(int errno_value) { return SCMP_ACT_ERRNO(static_cast<std::uint16_t>(errno_value)); }

    std::unique_ptr<void, Release> context_;
};

scmp_arg_cmp argument(unsigned index, unsigned long mask, unsigned long value)
{
    return {index, SCMP_CMP_MASKED_EQ, mask, value};
}

} // namespace

void refuse_system_calls()
{
    Filter filter;
    for (const auto* name : forbidden) {
        filter.refuse(name, EPERM);
    }
    for (const auto* name : absent) {
        filter.refuse(name, ENOSYS);
    }
    for (int number = first_unknown; number <= last_unknown; ++number) {
        filter.refuse(number, ENOSYS);
    }
    for (const auto request : typing_requests) {
        // The kernel looks at 32 bits of the request, the filter sees 64.
        filter.refuse_if("ioctl", argument(1, 0xffffffff, request));
    }
    for (const auto flag : namespace_flags) {
        filter.refuse_if("clone", argument(0, flag, flag));
    }
    for (const auto family : socket_families) {
        filter.refuse_if("socket", argument(0, 0xffffffff, static_cast<unsigned long>(family)));
    }
    for (const auto flag : personality_flags) {
        filter.refuse_if("personality", argument(0, personality_query | flag, flag));
    }
    filter.load();
}

} // namespace qpkg::sandbox
