// A phone number with its voice channel.

import * as pulumi from "@pulumi/pulumi";
import * as bird from "pulumi-bird";

const number = bird.getPhoneNumberOutput({ number: new pulumi.Config().require("number") });
const support = new bird.VoiceChannel("support", { phoneNumberId: number.id });

export const channelId = support.channelId;
