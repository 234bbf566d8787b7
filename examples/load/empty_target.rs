//! The empty rpc where comity is: in this process, or in one of its own.

use std::{
    env,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    process::{self, Child, Command, Stdio},
};

use anyhow::Context as _;
use bytes::Bytes;
use comity::{pb::moderation_service_client::ModerationServiceClient, server::Limits};
use prost::Message as _;
use tokio::task::JoinHandle;

use crate::{
    calls::{Requests, connect},
    empty,
    target::Target,
};

/// The empty rpc, served until this is dropped.
#[derive(Debug)]
pub(crate) struct EmptyTarget {
    /// As the client takes it.
    pub(crate) address: String,
    bytes: usize,
    running: Running,
}

#[derive(Debug)]
enum Running {
    Inside(JoinHandle<Result<(), tonic::transport::Error>>),
    Process(Child),
}

impl EmptyTarget {
    /// Serves an answer of ordinary size beside the target, under the same limits.
    pub(crate) async fn beside(target: &Target, limits: &Limits) -> anyhow::Result<Self> {
        let answer = ordinary(target).await?;
        let bytes = answer.len();
        if target.is_inside() {
            let (address, serving) = empty::serve(answer, limits)?;
            let running = Running::Inside(tokio::spawn(serving));
            return Ok(Self { address: format!("http://{address}"), bytes, running });
        }
        let mut child = Command::new(env::current_exe()?)
            .arg("--serve-empty")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the empty rpc")?;
        // Dropping the pipe ends the answer.
        child.stdin.take().context("no standard input")?.write_all(&answer)?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no standard output")?).read_line(&mut line)?;
        Ok(Self { address: line.trim().to_owned(), bytes, running: Running::Process(child) })
    }

    /// The processes of server and generator.
    pub(crate) fn processes(&self) -> Vec<u32> {
        match &self.running {
            Running::Inside(_) => vec![process::id()],
            Running::Process(child) => vec![child.id(), process::id()],
        }
    }

    /// Where it is, in words.
    pub(crate) fn described(&self) -> String {
        let place = match &self.running {
            Running::Inside(_) => "in this process",
            Running::Process(_) => "in a process of its own",
        };
        format!("the empty rpc {place} at {}, answers of {} bytes", self.address, self.bytes)
    }
}

impl Drop for EmptyTarget {
    fn drop(&mut self) {
        match &mut self.running {
            Running::Inside(task) => task.abort(),
            Running::Process(child) => {
                let _ = child.kill();
                let _ = child.wait();
            }
        }
    }
}

/// The process of `--serve-empty`: the answer on standard input, the address on standard output.
pub(crate) async fn serve(limits: &Limits) -> anyhow::Result<()> {
    let mut answer = Vec::new();
    io::stdin().lock().read_to_end(&mut answer)?;
    let (address, serving) = empty::serve(answer.into(), limits)?;
    println!("http://{address}");
    Ok(serving.await?)
}

/// Has every comment judged once, and takes the answer of the size in the middle.
async fn ordinary(target: &Target) -> anyhow::Result<Bytes> {
    let channel = connect(&target.address, 1, 1).await?.pop().context("no connection")?;
    let mut client = ModerationServiceClient::new(channel);
    let mut answers = Vec::new();
    for request in Requests::new().all() {
        let answer = client.moderate_comment(request.clone()).await;
        answers.push(answer.context("a comment was not judged")?.into_inner().encode_to_vec());
    }
    answers.sort_by_key(Vec::len);
    let middle = answers.len() / 2;
    Ok(answers.into_iter().nth(middle).unwrap_or_default().into())
}
