//! An operation as OpenAPI describes it. What it may refuse with is said in [`refusals`](crate::http::refusals), of all calls.

use axum::handler::Handler;
use axum::routing::on;
use utoipa::openapi::path::{
    HttpMethod, Operation as Shown, Parameter, ParameterBuilder, ParameterIn, Paths,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{Content, Ref, RefOr, Required, ResponseBuilder, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use utoipa_axum::PathItemExt;
use utoipa_axum::router::UtoipaMethodRouter;

use crate::home::Operation;
use crate::home::parts::{Asked, Body, Named};
use crate::home::table::each;
use crate::http::door::Door;
use crate::wire::Fresh;

/// The description of an operation in the making.
pub struct Described {
    operation: &'static Operation,
    shown: Shown,
    /// The types that it names.
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl Described {
    /// What is the same for all.
    pub fn of(operation: &'static Operation) -> Self {
        let mut shown = Shown::new();
        shown.tags = Some(vec![operation.of.to_owned()]);
        shown.operation_id = Some(operation.name.to_owned());
        let lines = operation.text.iter().map(|line| line.trim());
        shown.summary = Some(lines.collect::<Vec<_>>().join("\n"));
        Self { operation, shown, schemas: Vec::new() }
    }

    /// It takes this.
    pub fn takes<P: Part>(mut self, name: &str) -> Self {
        P::describe(name, &mut self);
        self
    }

    /// It answers with this.
    pub fn gives<T: ToSchema>(mut self) -> Self {
        let content = self.named::<T>(T::name().into_owned());
        let mut contents = vec![("application/json", content)];
        // The one that can be had in another form, too.
        if self.operation.name == each::history.name {
            contents.push(("text/csv", Content::new(Some(String::schema()))));
        }
        self.answers(contents)
    }

    /// The same with a session's newer token.
    pub fn renews<T: ToSchema>(mut self) -> Self {
        let content = self.named::<Fresh<T>>(format!("{}_{}", Fresh::<T>::name(), T::name()));
        self.answers([("application/json", content)])
    }

    /// The same with a session's keys.
    pub fn signs_in<T: ToSchema>(self) -> Self {
        self.gives::<T>()
    }

    /// It answers nothing.
    #[expect(clippy::extra_unused_type_parameters, reason = "asked for as the others are")]
    pub fn does<T>(self) -> Self {
        self.answers([])
    }

    fn answers(mut self, contents: impl IntoIterator<Item = (&'static str, Content)>) -> Self {
        let mut response = ResponseBuilder::new();
        for (kind, content) in contents {
            response = response.content(kind, content);
        }
        let status = self.operation.status.as_str().to_owned();
        self.shown.responses.responses.insert(status, RefOr::T(response.build()));
        self
    }

    /// The name of a type, which is described beside.
    fn named<T: ToSchema>(&mut self, name: String) -> Content {
        T::schemas(&mut self.schemas);
        let content = Content::new(Some(Ref::from_schema_name(name.clone())));
        self.schemas.push((name, T::schema()));
        content
    }

    fn has(&mut self, parameters: impl IntoIterator<Item = Parameter>) {
        self.shown.parameters.get_or_insert_default().extend(parameters.into_iter().map(RefOr::T));
    }

    /// The description with the handler that answers.
    pub fn by<H: Handler<T, Door>, T: 'static>(self, handler: H) -> UtoipaMethodRouter<Door> {
        let method = match self.operation.method.as_str() {
            "GET" => HttpMethod::Get,
            "POST" => HttpMethod::Post,
            "PUT" => HttpMethod::Put,
            "PATCH" => HttpMethod::Patch,
            "DELETE" => HttpMethod::Delete,
            other => unreachable!("no operation is asked by {other}"),
        };
        let filter = method.to_method_filter();
        let mut paths = Paths::new();
        paths.add_path_operation(self.operation.path, vec![method], self.shown);
        (self.schemas, paths, on(filter, handler))
    }
}

/// A part of what an operation takes.
pub trait Part {
    /// Describes it under its name.
    fn describe(name: &str, described: &mut Described);
}

impl<T: ToSchema> Part for Named<T> {
    fn describe(name: &str, described: &mut Described) {
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(T::schema()));
        described.has([parameter.build()]);
    }
}

impl<T: IntoParams> Part for Asked<T> {
    fn describe(_: &str, described: &mut Described) {
        described.has(T::into_params(|| Some(ParameterIn::Query)));
    }
}

impl<T: ToSchema> Part for Body<T> {
    fn describe(_: &str, described: &mut Described) {
        let content = described.named::<T>(T::name().into_owned());
        let body =
            RequestBodyBuilder::new().content("application/json", content).required(Some(Required::True));
        described.shown.request_body = Some(RefOr::T(body.build()));
    }
}
