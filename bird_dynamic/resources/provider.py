# Generated from the tables by tools/classes.py: run `make docs`, do not edit.
"""The class `Provider` of `bird_dynamic.native`."""

from __future__ import annotations

import pulumi


class Provider(pulumi.ProviderResource):
    """An explicit provider with its own account, for resources and look-ups with `opts.provider`.

    Settings that are omitted come from the environment, not from the stack's `bird:` configuration.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        access_key: pulumi.Input[str] | None = None,
        workspace_id: pulumi.Input[str] | None = None,
        organization_id: pulumi.Input[str] | None = None,
        api_url: pulumi.Input[str] | None = None,
        timeout: pulumi.Input[str] | None = None,
        take_over: pulumi.Input[str] | None = None,
        lanes: pulumi.Input[int] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare an account.

        :param resource_name: The name of the resource in the program.
        :param access_key: CRM access key. Keys that start with `bk_` or `bm_` belong to another
            Bird product. Example: `AbC1dEf2GhI3jKl4`.
        :param workspace_id: UUID of the workspace. Ids that start with `ws_` belong to another Bird
            product. Example: `2cffb55c-120e-91a8-8f10-ed9d1b412d29`.
        :param organization_id: UUID of the organization. Optional; only webhook subscriptions use
            it. Example: `0b7d3c1e-5a44-4a52-9d0c-3f1f0c6a2e11`.
        :param api_url: URL of Bird's API. Plain http is accepted only for localhost, or with the
            emulator's access key. Default: `https://api.bird.com`. Example:
            `http://127.0.0.1:8080`.
        :param timeout: Total timeout of each operation: `90s`, `5m`, `1h30m`, or seconds. Default:
            `5m`. Example: `90s`.
        :param take_over: `never`, or `marked` for a single run after you lose the Pulumi state or
            the machine that ran it: each create then takes over an existing connector with the same
            arguments and its resource's mark. Default: `never`. Example: `marked`.
        :param lanes: Most concurrent requests of the plugin: 1 to 64. Default: `64`. Example: `8`.
        :param opts: Pulumi's resource options.
        """
        given = {
            "accessKey": None if access_key is None else pulumi.Output.secret(access_key),
            "workspaceId": workspace_id,
            "organizationId": organization_id,
            "apiUrl": api_url,
            "timeout": timeout,
            "takeOver": take_over,
            "lanes": lanes,
        }
        super().__init__("bird", resource_name, given, opts)
