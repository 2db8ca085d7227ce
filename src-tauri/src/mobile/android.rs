//! The doors that Android's side comes through while no window is there (`Native.kt`): JSON out, and nothing where something goes
//! wrong. A panic ends here: it must not reach a virtual machine.

use std::path::Path;

use jni::errors::{LogErrorAndDefault, Result};
use jni::objects::{JByteArray, JObject, JString};
use jni::{Env, EnvUnowned};
use latchkey::clock::SystemClock;
use latchkey::random::SystemRandom;

use super::receivers;
use super::registration::Registration;

/// A text for Java; `null` where there is none.
fn text<'local>(env: &mut Env<'local>, text: Option<String>) -> Result<JString<'local>> {
    match text {
        Some(text) => env.new_string(text),
        None => Ok(JString::default()),
    }
}

/// `Native.read`: a push came.
#[expect(unsafe_code, reason = "Java finds it by its name")]
#[unsafe(no_mangle)]
pub extern "system" fn Java_app_latchkey_desktop_Native_read<'local>(
    mut env: EnvUnowned<'local>,
    _native: JObject<'local>,
    folder: JString<'local>,
    token: JString<'local>,
    message: JByteArray<'local>,
) -> JString<'local> {
    let read = env.with_env(|env| -> Result<_> {
        let (folder, token) = (folder.try_to_string(env)?, token.try_to_string(env)?);
        let message = env.convert_byte_array(&message)?;
        text(env, receivers::read(Path::new(&folder), &token, &message))
    });
    read.resolve::<LogErrorAndDefault>()
}

/// `Native.press`: a button was pressed.
#[expect(unsafe_code, reason = "Java finds it by its name")]
#[unsafe(no_mangle)]
pub extern "system" fn Java_app_latchkey_desktop_Native_press<'local>(
    mut env: EnvUnowned<'local>,
    _native: JObject<'local>,
    folder: JString<'local>,
    about: JString<'local>,
    answer: JString<'local>,
) -> JString<'local> {
    let pressed = env.with_env(|env| -> Result<_> {
        let folder = folder.try_to_string(env)?;
        let (about, answer) = (about.try_to_string(env)?, answer.try_to_string(env)?);
        text(env, receivers::press(Path::new(&folder), &about, &answer, &SystemClock))
    });
    pressed.resolve::<LogErrorAndDefault>()
}

/// `Native.send`: there is a network.
#[expect(unsafe_code, reason = "Java finds it by its name")]
#[unsafe(no_mangle)]
pub extern "system" fn Java_app_latchkey_desktop_Native_send<'local>(
    mut env: EnvUnowned<'local>,
    _native: JObject<'local>,
    folder: JString<'local>,
) -> JString<'local> {
    let sent = env.with_env(|env| -> Result<_> {
        let folder = folder.try_to_string(env)?;
        text(env, receivers::send(Path::new(&folder)))
    });
    sent.resolve::<LogErrorAndDefault>()
}

/// `Native.subscribed`: pushes come by an address.
#[expect(unsafe_code, reason = "Java finds it by its name")]
#[unsafe(no_mangle)]
pub extern "system" fn Java_app_latchkey_desktop_Native_subscribed<'local>(
    mut env: EnvUnowned<'local>,
    _native: JObject<'local>,
    folder: JString<'local>,
    token: JString<'local>,
    endpoint: JString<'local>,
) -> bool {
    let kept = env.with_env(|env| -> Result<_> {
        let folder = folder.try_to_string(env)?;
        let (token, endpoint) = (token.try_to_string(env)?, endpoint.try_to_string(env)?);
        Ok(Registration::came(Path::new(&folder), &token, &endpoint))
    });
    kept.resolve::<LogErrorAndDefault>()
}

/// `Native.unsubscribed`: no pushes come any more.
#[expect(unsafe_code, reason = "Java finds it by its name")]
#[unsafe(no_mangle)]
pub extern "system" fn Java_app_latchkey_desktop_Native_unsubscribed<'local>(
    mut env: EnvUnowned<'local>,
    _native: JObject<'local>,
    folder: JString<'local>,
    token: JString<'local>,
) -> bool {
    let kept = env.with_env(|env| -> Result<_> {
        let (folder, token) = (folder.try_to_string(env)?, token.try_to_string(env)?);
        Ok(Registration::ended(Path::new(&folder), &token, &SystemRandom))
    });
    kept.resolve::<LogErrorAndDefault>()
}
