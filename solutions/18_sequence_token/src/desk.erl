%% The desk that makes offers: customers pay in months. Written years ago, for nobody's traces.
-module(desk).
-behaviour(gen_server).
-export([start/0, init/1, handle_call/3, handle_cast/2]).

start() ->
    {ok, _} = gen_server:start({local, desk}, ?MODULE, [], []),
    {ok, _} = rates:start().

init([]) -> {ok, 0}.

%% Another process does the sum; this one is free for the next customer.
handle_call({quote, Car, Node}, From, Quoted) ->
    gen_server:cast(rates, {rate, Car, Node, From}),
    {noreply, Quoted}.

handle_cast({rated, Rate, Node, From}, Quoted) ->
    gen_server:cast({book, Node}, {quoted, Rate}),
    gen_server:reply(From, {ok, Rate}),
    {noreply, Quoted + 1}.
