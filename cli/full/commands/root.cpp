// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/ceremony.hpp"
#include "cli/full/commands.hpp"
#include "cli/full/rotate.hpp"
#include "cli/full/sign.hpp"
#include "signing/words.hpp"

namespace qpkg::cli {
namespace {

struct InitFlags {
    std::filesystem::path out;
    std::vector<std::string> root;
    std::vector<std::string> targets;
    std::vector<std::string> snapshot;
    std::vector<std::string> timestamp;
    std::uint64_t root_threshold = 2;
    std::uint64_t targets_threshold = 2;
};

app::RootKeys keys_of(const std::vector<std::string>& words, std::uint64_t threshold)
{
    app::RootKeys role{.keys = {}, .threshold = threshold};
    for (const auto& word : words) {
        role.keys.push_back(public_key_of(word));
    }
    return role;
}

void add_root_init(CLI::App& root, Context& context)
{
    auto flags = std::make_shared<InitFlags>();
    auto* command = add_command(root, context, "init", "root-init", [&context, flags] {
        const auto fingerprint =
            app::prepare_first_root(context.world().clock, flags->out,
                                    app::make_root(keys_of(flags->root, flags->root_threshold),
                                                   keys_of(flags->targets, flags->targets_threshold),
                                                   keys_of(flags->snapshot, 1), keys_of(flags->timestamp, 1)));
        Document document("root-init");
        document.field("out", text(flags->out.string()));
        document.field("fingerprint", text(fingerprint), "Root fingerprint");
        document.field("fingerprint_words", text(trust::fingerprint_words(fingerprint)), "In words");
        document.done("Done: 1.root.json in " + flags->out.string() + " waits for " +
                      std::to_string(flags->root_threshold) + " signatures.");
        document.next("Where each root key is: qpkg root add-sig " + flags->out.string() + " --keys DIR");
        document.next("Then: qpkg publish --attach " + flags->out.string() + " --repo DIR --keys DIR");
        context.show(document);
    });
    command->add_option("--out", flags->out, "the directory to make")->required()->type_name("DIR");
    const auto add_keys = [&](const std::string& option, std::vector<std::string>& into) {
        command->add_option(option, into, "a key: its file, or the 64 hex digits of its public half; repeatable")
            ->required()
            ->type_name("KEY")
            ->allow_extra_args(false);
    };
    add_keys("--root-key", flags->root);
    add_keys("--targets-key", flags->targets);
    add_keys("--snapshot-key", flags->snapshot);
    add_keys("--timestamp-key", flags->timestamp);
    command->add_option("--root-threshold", flags->root_threshold, "signatures that root needs (2)")->type_name("N");
    command->add_option("--targets-threshold", flags->targets_threshold, "signatures that targets needs (2)")
        ->type_name("N");
}

void add_root_add_sig(CLI::App& root, Context& context)
{
    auto flags = std::make_shared<SignFlags>();
    auto* command = add_command(root, context, "add-sig", "root-add-sig", [&context, flags] { sign(context, *flags); });
    command->add_option("DIR", flags->tbs, "the directory that init or rotate --prepare wrote")->required();
    add_sign_options(*command, *flags);
}

void add_root_rotate(CLI::App& root, Context& context)
{
    auto flags = std::make_shared<RotateFlags>();
    flags->role = "root";
    auto* command = add_command(root, context, "rotate", "root-rotate", [&context, flags] { rotate(context, *flags); });
    add_rotate_options(*command, *flags);
}

} // namespace

void add_root(CLI::App& app, Context& context)
{
    auto* root = app.add_subcommand("root");
    root->require_subcommand(1);
    add_root_init(*root, context);
    add_root_add_sig(*root, context);
    add_root_rotate(*root, context);
}

} // namespace qpkg::cli
